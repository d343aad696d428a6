namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Adds up, by model, what one provider reported.</summary>
internal sealed class UsageTally
{
    private const int MostModels = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SimulatedUsage> _byModel = [];

    public void Add(RecordedRequest request)
    {
        if (request is not { Usage: { } usage, IsUsageReported: true })
        {
            return;
        }

        var model = request.Model ?? "";
        lock (_lock)
        {
            if (_byModel.TryGetValue(model, out var sum))
            {
                _byModel[model] = sum + usage;
            }
            else if (_byModel.Count < MostModels)
            {
                _byModel.Add(model, usage);
            }
        }
    }

    public IReadOnlyDictionary<string, SimulatedUsage> Snapshot()
    {
        lock (_lock)
        {
            return new Dictionary<string, SimulatedUsage>(_byModel);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _byModel.Clear();
        }
    }
}
