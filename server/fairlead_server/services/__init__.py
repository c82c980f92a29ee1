"""The RPCs: one file a service, each as thin as it can be."""
