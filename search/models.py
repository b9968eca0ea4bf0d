"""Where the embedded engine keeps its segments: a few hundred BLOBs in the same database."""

from django.db import models


class Segment(models.Model):
    """An immutable part of an index; a rebuild writes a new one beside the old and flips."""

    index = models.CharField(max_length=30)
    #: Only active segments are read; a build becomes active in its last transaction.
    is_active = models.BooleanField(default=False)
    #: The change feed's id up to which the segment holds everything.
    through = models.BigIntegerField(default=0)
    documents = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["index", "is_active"], name="segment_by_index")]

    def __str__(self) -> str:
        return f"{self.index} segment {self.pk} ({self.documents})"


class SegmentBlob(models.Model):
    """One array of a segment, or one page of its postings, as raw bytes."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="blobs")
    name = models.CharField(max_length=60)
    page = models.PositiveIntegerField(default=0)
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "name", "page"], name="one_blob_per_page")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}/{self.name}/{self.page}"


class IndexVocabulary(models.Model):
    """The words of an index as of its last rebuild (search/vocabulary.py), for every engine."""

    index = models.CharField(max_length=30, primary_key=True)
    through = models.BigIntegerField(default=0)
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.index
