"""What schemathesis must not do: take back the token it asks with."""

import os

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    own = os.environ["LINEWRIGHT_TOKEN_ID"]
    if case.method.upper() == "DELETE" and (case.path_parameters or {}).get("id") == own:
        case.path_parameters["id"] = "another"


@schemathesis.deserializer("application/zip", "application/vnd.mapbox-vector-tile")
def as_it_is(context, response):
    return response.content.decode("latin-1")
