"""A program that draws: a Vega-Lite specification comes in as a line of JSON, its SVG goes out as another.

A program of its own, because the engine lets nothing else run in its process while it draws, and takes 70 MB.
"""

from __future__ import annotations

import json
import sys

VEGA_LITE = "6.4"


def main() -> None:
    """Draws until nobody asks any more."""
    import vl_convert

    for line in sys.stdin:
        try:
            svg = vl_convert.vegalite_to_svg(json.loads(line), vl_version=VEGA_LITE, allowed_base_urls=[])
            answer = {"svg": svg}
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
