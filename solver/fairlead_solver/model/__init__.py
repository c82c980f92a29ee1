"""The machinery: drafts of mixed-integer programs, partition, engines. Knows no business."""
