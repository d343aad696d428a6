using System.Text.Json.Nodes;
using UltraAI.Gateway.Keys;

namespace UltraAI.Gateway.Admin;

/// <summary>Reads a virtual key's scope, limits and budget out of a request's body.</summary>
internal static class KeyReader
{
    private static readonly BudgetPeriod[] Periods = Enum.GetValues<BudgetPeriod>();

    /// <param name="body">The body; what is null in it is as good as not there.</param>
    /// <param name="faults">Where faults go; reading goes on after each.</param>
    /// <param name="name">The key's name in the body, or null.</param>
    public static VirtualKeyOptions Read(JsonObject body, AdminFaults faults, out string? name)
    {
        var reader = new ObjectReader(body, "#", faults);
        name = reader.Text("name");
        var options = new VirtualKeyOptions
        {
            Enabled = reader.Flag("enabled") ?? true,
            Providers = reader.Texts("providers"),
            Models = reader.Texts("models"),
            Credentials = reader.Texts("credentials"),
            Endpoints = reader.Texts("endpoints"),
            AllowedNetworks = reader.Texts("allowed_networks"),
            ExpiresAt = reader.Time("expires_at"),
            AllowUnmeteredWebSockets = reader.Flag("allow_unmetered_web_sockets") ?? false,
            Limits = reader.Object("limits") is { } limits ? ReadLimits(limits) : null,
            Budget = reader.Object("budget") is { } budget ? ReadBudget(budget) : null,
        };
        reader.RefuseReadOnly("source", "created_at", "previous_valid_until", "usage", "key");
        reader.RefuseOthers();
        return options;
    }

    private static LimitOptions ReadLimits(ObjectReader reader)
    {
        var limits = new LimitOptions
        {
            RequestsPerMinute = reader.Whole("requests_per_minute"),
            RequestBurst = reader.Whole("request_burst"),
            TokensPerMinute = reader.Whole("tokens_per_minute"),
            TokenBurst = reader.Whole("token_burst"),
            MaxConcurrent = reader.SmallWhole("max_concurrent"),
        };
        reader.RefuseOthers();
        return limits;
    }

    private static BudgetOptions ReadBudget(ObjectReader reader)
    {
        var budget = new BudgetOptions { Usd = reader.Money("usd") ?? 0 };
        if (reader.Text("period") is { } period)
        {
            var index = Array.FindIndex(Periods, known => known.ToString().Equals(period, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
            {
                reader.Fault("period", "must be day, month or total.");
            }
            else
            {
                budget.Period = Periods[index];
            }
        }

        reader.RefuseReadOnly("spent_usd", "resets_at");
        reader.RefuseOthers();
        return budget;
    }
}
