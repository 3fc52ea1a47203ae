"""What all tables share: one registry, and a name for every constraint and index."""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={  # SQLite can drop only what has a name
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
