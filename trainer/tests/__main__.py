"""Runs the tests of this folder and, with --report FILE, writes how many passed and failed.

    python -m tests [--report FILE] [NAME…]"""

import argparse
import json
import signal
import sys
import unittest
from pathlib import Path

# Ended from outside, tests still stop what they started.
signal.signal(signal.SIGTERM, signal.default_int_handler)
parser = argparse.ArgumentParser()
parser.add_argument("--report", type=Path)
parser.add_argument("names", nargs="*")
options = parser.parse_args()
loader = unittest.defaultTestLoader
suite = loader.loadTestsFromNames([f"tests.{name}" for name in options.names]) if options.names else loader.discover("tests", top_level_dir=".")
result = unittest.TextTestRunner(verbosity=2).run(suite)
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
if options.report is not None:
    options.report.write_text(json.dumps({"numPassedTests": result.testsRun - failed - len(result.skipped), "numFailedTests": failed, "numPendingTests": len(result.skipped)}))
sys.exit(0 if result.wasSuccessful() else 1)
