"""Fields where codes are typed simply, separated by spaces, commas or lines."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from reference import cpv
from reference.territory import find_commune
from tenders.checks import unknown_commune, unknown_cpv

_MOST = 100


class _ListField(forms.CharField):
    """A text that is a list; every piece that cannot be read is told, all at once."""

    separators = r"[,;\n]+"

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        pieces = [piece.strip() for piece in re.split(self.separators, text) if piece.strip()]
        if len(pieces) > _MOST:
            raise ValidationError(_("%(most)d valeurs au plus.") % {"most": _MOST})
        read, wrong = [], []
        for piece in pieces:
            try:
                read.append(self.read(piece))
            except ValidationError as error:
                wrong += error.messages
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(read))

    def read(self, piece: str) -> str:
        raise NotImplementedError


class CpvField(_ListField):
    """CPV codes of eight digits, with or without their key."""

    separators = r"[,;\s]+"

    def read(self, piece: str) -> str:
        try:
            code = cpv.parse_cpv(piece)
        except cpv.InvalidCpv as error:
            raise ValidationError(str(error)) from error
        if not cpv.label(code):
            raise ValidationError(unknown_cpv(code))
        return code


class CpvPrefixField(_ListField):
    """CPV codes or beginnings of codes."""

    separators = r"[,;\s]+"

    def read(self, piece: str) -> str:
        try:
            prefix = cpv.prefix_of(piece)
        except cpv.InvalidCpv as error:
            raise ValidationError(str(error)) from error
        if not cpv.matching_codes(prefix):
            raise ValidationError(unknown_cpv(piece))
        return prefix


class CommuneField(_ListField):
    """Communes by name, INSEE code or postcode."""

    # Names hold spaces, codes do not: « 13005 13022, Le Rove ».
    separators = r"[,;\n]+|(?<=\d)\s+(?=\d)"

    def read(self, piece: str) -> str:
        commune = find_commune(piece)
        if commune is None:
            raise ValidationError(unknown_commune(piece))
        return commune.code
