from apps.accounts.management.importing import ImportCommand


class Command(ImportCommand):
    help = (
        "Bring contacts in from a CSV or JSON Lines file. Columns that are no field of ours "
        "become properties of the contact. Doing it twice changes nothing; an interrupted one "
        "goes on with --resume, or in the background when a worker runs."
    )
    kind = "contacts"
