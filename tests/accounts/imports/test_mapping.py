import pytest
from django.core.exceptions import ValidationError

from apps.accounts.imports import running, steering
from apps.accounts.models import Contact, Property
from tests.factories import a_site, an_import, brought_in, counts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


class TestGuess:
    def test_it_knows_what_other_products_call_things(self):
        import_ = an_import("User ID;Locale;Timezone;First name;age\n1;de;Europe/Berlin;Anna;30\n")

        assert import_.mapping == {
            "User ID": "external_id",
            "Locale": "language",
            "Timezone": "time_zone",
            "First name": "state.First name:text",
            "age": "state.age:number",
        }

    def test_it_prefers_our_own_name(self):
        import_ = an_import("id,external_id\n1,anna\n")

        assert import_.mapping == {"external_id": "external_id", "id": "state.id:number"}

    def test_it_heeds_the_type_that_the_site_knows(self):
        site = a_site()
        Property.objects.create(site=site, name="code", type="text")

        import_ = an_import("external_id,code\nanna,12\n", site=site)

        assert import_.mapping["code"] == "state.code:text"

    def test_it_finds_the_property_behind_a_title(self):
        site = a_site()
        Property.objects.create(site=site, name="first_name", type="text")

        import_ = an_import("external_id,First name\nanna,Anna\n", site=site)

        assert import_.mapping["First name"] == "state.first_name:text"

    @pytest.mark.parametrize(
        ("known", "column", "name"),
        [
            ("имя", "город", "город"),
            ("имя_клиента", "Имя клиента", "имя_клиента"),
            ("नाम", "नम", "नम"),
            ("pr\u00e9nom", "Pre\u0301nom", "pr\u00e9nom"),
            ("_", "-", "-"),
        ],
    )
    def test_it_tells_names_in_other_letters_apart(self, known, column, name):
        site = a_site()
        Property.objects.create(site=site, name=known, type="text")

        import_ = an_import(f"external_id,{column}\nanna,x\n", site=site)

        assert import_.mapping[column] == f"state.{name}:text"


class TestRemap:
    @pytest.mark.parametrize(
        ("mapping", "at"),
        [
            ({"name": "state.name:text"}, ""),
            ({"id": "external_id", "name": "external_id"}, "name"),
            ({"id": "external_id", "name": "nonsense"}, "name"),
            ({"id": "external_id", "name": "state.:text"}, "name"),
            ({"id": "external_id", "name": "state." + "x" * 101}, "name"),
            ({"id": "external_id", "elsewhere": "language"}, "elsewhere"),
        ],
    )
    def test_it_refuses_what_cannot_run(self, mapping, at):
        import_ = an_import("id,name\n1,Anna\n")
        before = import_.mapping

        with pytest.raises(ValidationError) as refused:
            steering.remap(import_, mapping)

        import_.refresh_from_db()
        assert list(refused.value.message_dict) == [at]
        assert import_.mapping == before


class TestRow:
    def test_it_leaves_alone_what_is_empty(self):
        site = a_site()
        brought_in("external_id,language,plan\nanna,de,gold\n", site=site)

        import_ = brought_in("external_id,language,plan\nanna,,\n", site=site)

        anna = Contact.objects.get(external_id="anna")
        assert (anna.language, anna.state) == ("de", {"plan": "gold"})
        assert counts(import_)["unchanged"] == 1

    def test_it_removes_what_is_empty_when_asked_to(self):
        site = a_site()
        brought_in("external_id,language,plan\nanna,de,gold\n", site=site)
        import_ = an_import("external_id,language,plan\nanna,,\n", site=site)
        steering.remap(import_, import_.mapping, empty_removes=True)

        steering.run(import_)
        running.drain()

        anna = Contact.objects.get(external_id="anna")
        assert (anna.language, anna.state) == ("", {})

    @pytest.mark.parametrize(
        ("row", "issue"),
        [
            (",de,UTC,1", ("external_id", "External id is missing.", "")),
            ("null,de,UTC,1", ("external_id", "“null” is no id of a person.", "null")),
            ("x" * 151 + ",de,UTC,1",
             ("external_id", "External id has at most 150 characters.", "x" * 151)),
            ("ben,de,Mars/Base,1",
             ("time_zone", "This is no time zone; write it like Europe/Berlin.", "Mars/Base")),
            ("ben,much too long,UTC,1",
             ("language", "Language has at most 10 characters.", "much too long")),
            ("ben,de,UTC,many",
             ("state.n", "This is no number; write it like 1234.5.", "many")),
        ],
    )  # fmt: skip
    def test_it_says_which_field_is_wrong_and_goes_on(self, row, issue):
        text = f"external_id,language,time_zone,n\nanna,de,UTC,1\n{row}\nchloe,de,UTC,2\n"
        import_ = an_import(text)
        steering.remap(import_, {**import_.mapping, "n": "state.n:number"})
        steering.run(import_)
        running.drain()

        (found,) = import_.issues.values_list("row", "field", "message", "value")
        assert found == (2, *issue)
        assert sorted(Contact.objects.values_list("external_id", flat=True)) == ["anna", "chloe"]
