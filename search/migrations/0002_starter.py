"""The dictionary a new site starts with; a site that has words of its own keeps them."""

from django.db import migrations


def add(apps, schema_editor):
    from search.starter import GROUPS

    WordGroup = apps.get_model("search", "WordGroup")
    if not WordGroup.objects.exists():
        WordGroup.objects.bulk_create(WordGroup(words=words) for words in GROUPS)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_words")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
