#!/usr/bin/env python3
"""Checks the server's description against the OpenAPI 3.1 specification.

Usage: validate.py FILE_OR_URL
Needs the package openapi-spec-validator (pip install openapi-spec-validator).
"""

import json
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    source = sys.argv[1]
    if source.startswith("http://"):
        document = json.load(urllib.request.urlopen(source, timeout=10))
    else:
        with open(source, encoding="utf-8") as file:
            document = json.load(file)
    errors = list(OpenAPIV31SpecValidator(document).iter_errors())
    for error in errors:
        print(f"{'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
    operations = sum(len(methods) for methods in document["paths"].values())
    print(f"{operations} operations, {len(errors)} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
