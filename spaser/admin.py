"""Thresholds and targets in the administration: where a decree or a plan is written down."""

from django import forms
from django.contrib import admin

from spaser.indicators import INDICATORS
from spaser.models import Target, Threshold


@admin.register(Threshold)
class ThresholdAdmin(admin.ModelAdmin):
    list_display = ["valid_from", "cents", "source"]


class TargetForm(forms.ModelForm):
    indicator = forms.ChoiceField(choices=lambda: [(c, i.name) for c, i in INDICATORS.items()])

    class Meta:
        model = Target
        fields = ["indicator", "percent", "valid_from", "valid_until", "source"]


@admin.register(Target)
class TargetAdmin(admin.ModelAdmin):
    form = TargetForm
    list_display = ["indicator", "percent", "valid_from", "valid_until", "source"]
