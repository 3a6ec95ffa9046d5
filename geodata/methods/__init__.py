"""Methods a survey can use beside the atlas; no release uses them."""
