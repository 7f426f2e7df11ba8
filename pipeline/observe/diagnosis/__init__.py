"""Diagnosis: the class and the cause of a failure, out of its text."""

from pipeline.observe.diagnosis.verdict import Diagnosis, class_of, diagnose, diagnose_lines

__all__ = ["Diagnosis", "class_of", "diagnose", "diagnose_lines"]
