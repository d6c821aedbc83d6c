-- An imported model is a version before the registry has heard of it: its number there is filled in afterwards, once.
-- No other column of a model version can be changed by the running product.
GRANT UPDATE ("mlflowVersion") ON "ModelVersion" TO perennial_app;
