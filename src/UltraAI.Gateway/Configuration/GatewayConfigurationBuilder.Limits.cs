using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Keys;
using UltraAI.Gateway.Prices;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Configuration;

internal sealed partial class GatewayConfigurationBuilder
{
    private const long LeastBodyBytes = 64 * 1024;
    private const long MostBodyBytes = 1024L * 1024 * 1024;

    private void CheckInspection(InspectionOptions inspection)
    {
        const string Path = "Gateway:Inspection:";
        Range(Path + nameof(inspection.MaxBodyBytes), inspection.MaxBodyBytes, LeastBodyBytes, MostBodyBytes);
        Range(Path + nameof(inspection.MaxTotalBytes), inspection.MaxTotalBytes, LeastBodyBytes, 1024 * MostBodyBytes);
        if (inspection.MaxTotalBytes < inspection.MaxBodyBytes)
        {
            errors.Add(Path + nameof(inspection.MaxTotalBytes), $"is {inspection.MaxTotalBytes}, less than MaxBodyBytes ({inspection.MaxBodyBytes}); no body of that length could be read.");
        }
    }

    private void CheckLimits(IReadOnlyDictionary<string, LimitOptions> limits, IEnumerable<string> providers)
    {
        foreach (var (name, limit) in limits)
        {
            var path = $"Gateway:Limits:{name}";
            if (!providers.Contains(name, StringComparer.Ordinal))
            {
                errors.Add(path, $"there is no provider '{name}' under Gateway:Providers.");
            }

            CheckLimits(limit, path);
        }
    }

    private void CheckLimits(LimitOptions? limits, string path)
    {
        if (limits is not null)
        {
            Report(LimitRules.Faults(limits), path);
        }
    }

    private void Report(IEnumerable<(string Property, string Message)> faults, string path)
    {
        foreach (var (property, message) in faults)
        {
            errors.Add(property.Length == 0 ? path : $"{path}:{property}", message);
        }
    }

    private PriceTable BuildPrices(GatewayOptions options)
    {
        var faults = new List<(string Path, string Message)>();
        var table = PriceTable.Build(options.Prices, "Gateway:Prices", faults);
        foreach (var (path, message) in faults)
        {
            errors.Add(path, message);
        }

        return table;
    }

    private StoreSettings BuildStore(StoreOptions store)
    {
        const string Path = "Gateway:Store:";
        if (string.IsNullOrWhiteSpace(store.Path))
        {
            errors.Add(Path + nameof(store.Path), "must be the path of a file.");
        }

        if (!VirtualKeyBuilder.IsName(store.KeyPrefix))
        {
            errors.Add(Path + nameof(store.KeyPrefix), "has 1 to 64 of the characters a-z, 0-9 and '-'.");
        }

        return new StoreSettings(store, store.Kind == StoreKind.Redis ? ReadRedis(store, Path) : null);
    }

    private string? ReadRedis(StoreOptions store, string path)
    {
        var sources = (store.Redis is null ? 0 : 1) + (store.RedisEnv is null ? 0 : 1) + (store.RedisFile is null ? 0 : 1);
        if (sources != 1)
        {
            errors.Add(path + nameof(store.Redis), $"exactly one of Redis, RedisEnv, RedisFile is needed with Kind Redis; it has {sources}.");
            return null;
        }

        var options = new CredentialOptions { Value = store.Redis, Env = store.RedisEnv, File = store.RedisFile };
        if (secrets.Read(options, out var property, out var error) is not { } connection)
        {
            errors.Add(path + "Redis" + (property == "Value" ? "" : property), error);
            return null;
        }

        if (RedisConnection.FaultOf(connection) is { } fault)
        {
            errors.Add(path + "Redis" + (property is "Value" ? "" : property), fault);
        }

        return connection;
    }
}
