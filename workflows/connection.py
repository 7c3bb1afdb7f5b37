"""Reaching Temporal: the embedded server of the data folder, or the cluster that the standard `TEMPORAL_*` names."""

from __future__ import annotations

import os

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from calendars.errors import UserError
from workflows.conversion import DATA_CONVERTER

# The variables by which a cluster is named outright; a profile file counts as well.
NAMING = ("TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE")


def cluster_is_named() -> bool:
    """Whether the environment names a Temporal cluster, so that none is embedded."""
    return any(os.environ.get(name) for name in NAMING)


async def connect(address: str = "") -> Client:
    """A client of the embedded server at `address`, or without one of the named cluster.

    Raises `UserError` when nothing answers there.
    """
    try:
        if address:
            return await Client.connect(address, data_converter=DATA_CONVERTER)
        config = ClientConfig.load_client_connect_config()
        config.setdefault("target_host", "localhost:7233")
        return await Client.connect(**config, data_converter=DATA_CONVERTER)
    except RuntimeError as error:
        where = address or os.environ.get("TEMPORAL_ADDRESS") or "the address of the TEMPORAL_* settings"
        raise UserError(f"Temporal does not answer at {where}: {error}.") from error
