"""Read handwritten digits: the library that the pipeline, the command line and the app share."""
