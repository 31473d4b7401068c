"""python app.py [方案文件]：在 http://127.0.0.1:8050/ 提供网页。 Serves the web page for a scenario file."""

import sys

from finsim.web.app import main

if __name__ == "__main__":
    main(sys.argv[1:])
