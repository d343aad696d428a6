namespace UltraAI.Gateway.Providers.Inspection;

/// <summary>Reads the model out of a path, decoded once.</summary>
internal static class PathModel
{
    public static void Read(ProviderKind kind, in InspectedRequest request, RequestFacts facts)
    {
        var raw = kind.ModelIn(request.Method, request.Path, request.BasePath);
        if (!raw.Contains('%'))
        {
            facts.Model = ModelNames.Shared.Get(raw);
            return;
        }

        var model = Uri.UnescapeDataString(raw);
        if (model.Contains('%', StringComparison.Ordinal))
        {
            facts.Fault = "the model in the path is percent-encoded more than once, or wrongly";
        }
        else if (!kind.AllowsSlashInPathModel && raw.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            facts.Fault = "the model in the path has an encoded slash, which no model of this provider has";
        }
        else
        {
            facts.Model = ModelNames.Shared.Get(model);
        }
    }
}
