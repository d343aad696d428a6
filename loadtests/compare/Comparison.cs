using System.Globalization;
using UltraAI.Gateway.Compare.Load;
using UltraAI.Gateway.Compare.Scenarios;
using UltraAI.Gateway.Compare.Targets;

namespace UltraAI.Gateway.Compare;

/// <summary>Drives the targets of each scenario in turns: A B C, the same backwards, C A B, that backwards, and so on, so that a machine's drift hits all alike.</summary>
internal sealed class Comparison(Rig rig, CompareOptions options)
{
    private readonly Dictionary<string, Target> _running = [];
    private readonly HashSet<string> _missing = [];
    private readonly HashSet<string> _broken = [];

    /// <summary>All samples: scenario, target, rounds.</summary>
    public Dictionary<string, Dictionary<string, List<Sample>>> Results { get; } = [];

    public IReadOnlyCollection<string> Missing => _missing;

    /// <param name="keepAsync">Keeps what was measured so far: after each scenario, and when one breaks off.</param>
    public async Task RunAsync(Func<Task> keepAsync)
    {
        foreach (var scenario in ScenarioList.All.Where(scenario => options.Scenarios.Contains(scenario.Name)))
        {
            var names = await PresentAsync(scenario);
            if (names.Count > 0)
            {
                try
                {
                    await RunAsync(scenario, names);
                }
                finally
                {
                    await keepAsync();
                }
            }
        }
    }

    public async Task StopAsync()
    {
        foreach (var target in _running.Values)
        {
            await target.DisposeAsync();
        }

        _running.Clear();
    }

    private async Task RunAsync(Scenario scenario, List<string> names)
    {
        var results = names.ToDictionary(name => name, _ => new List<Sample>());
        Results[scenario.Name] = results;
        if (scenario.RunFreshAsync is null)
        {
            // Once without counting: for the code that only this scenario runs.
            foreach (var name in names)
            {
                await MeasureAsync(scenario, name, options with { Time = options.Time / 2 });
            }
        }

        var rounds = Math.Min(options.Rounds, scenario.MostRounds);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in Order(names, round))
            {
                var sample = await MeasureAsync(scenario, name, options);
                results[name].Add(sample);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {scenario.Name} {round + 1}/{rounds} {name}: {Text(sample)}"));
                await Task.Delay(200);
            }
        }
    }

    /// <summary>One measurement. Of a target that breaks down it is void; the target is started anew for the next one.</summary>
    private async Task<Sample> MeasureAsync(Scenario scenario, string name, CompareOptions with)
    {
        try
        {
            return await RunningAsync(name) is not { } target ? Sample.Broken
                : scenario.RunFreshAsync is { } fresh ? await fresh(rig, with, name)
                : await scenario.RunAsync(rig, with, target);
        }
        catch (Exception exception)
        {
            await BreakAsync(name, exception);
            return Sample.Broken;
        }
    }

    /// <summary>The target as it runs, started if need be; null for one that this machine doesn't have, or that can't be started.</summary>
    private async Task<Target?> RunningAsync(string name)
    {
        if (_running.TryGetValue(name, out var running) || _missing.Contains(name) || _broken.Contains(name))
        {
            return running;
        }

        try
        {
            if (await rig.StartTargetAsync(name) is not { } target)
            {
                _missing.Add(name);
                Console.Error.WriteLine($"{name} is left out: this machine doesn't have what it needs.");
                return null;
            }

            _running[name] = target;
            await ProbeAsync(target);
            await WarmAsync(target);
            return target;
        }
        catch (Exception exception)
        {
            _broken.Add(name);
            await BreakAsync(name, exception);
            return null;
        }
    }

    private async Task BreakAsync(string name, Exception exception)
    {
        await rig.CheckUpstreamAsync();
        Console.Error.WriteLine($"{name}: {exception.Message}");
        if (_running.Remove(name, out var target))
        {
            if (target.Process is { HasEnded: true } process)
            {
                Console.Error.WriteLine($"{name} ended by itself: {await process.TailAsync()}");
            }

            await target.DisposeAsync();
        }
    }

    /// <summary>Who comes when in a round: every second one is the one before backwards, so that none of two targets has the better place more often.</summary>
    public static IEnumerable<T> Order<T>(IReadOnlyList<T> targets, int round)
    {
        var isBackwards = round % 2 == 1;
        var order = targets.Select((_, place) => targets[(place + (isBackwards ? round - 1 : round)) % targets.Count]);
        return isBackwards ? order.Reverse() : order;
    }

    private static string Text(Sample sample) => sample.IsVoid
        ? string.Create(CultureInfo.InvariantCulture, $"VOID, {sample.Errors} errors")
        : string.Join(", ", sample.Values.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:F1}")));

    private async Task<List<string>> PresentAsync(Scenario scenario)
    {
        var names = new List<string>();
        foreach (var name in scenario.Targets.Where(options.IsAsked))
        {
            await RunningAsync(name);
            if (!_missing.Contains(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>A call must reach the upstream with the upstream's credential; one with a wrong key must not, where keys are checked.</summary>
    private async Task ProbeAsync(Target target)
    {
        var request = target.Load.Request(1024);
        var sample = await Measurement.RunAsync(rig, target, () => ClosedLoad.RunAsync(target.Load, request, 1, TimeSpan.FromSeconds(5), count: 1));
        if (sample.IsVoid)
        {
            throw new CompareException($"It does not answer a call as it should: {(target.Process is { } process ? await process.TailAsync() : "it is the upstream.")}");
        }

        if (target.Name.StartsWith(TargetNames.Gateway, StringComparison.Ordinal) || target.Name == TargetNames.NginxGuard)
        {
            var stranger = target.Load with { Key = "vk-of-nobody" };
            using var connection = new LoadConnection(stranger);
            await connection.ConnectAsync();
            if ((await connection.ExchangeAsync(stranger.Request(1024))).Status is var status and not 401)
            {
                throw new CompareException(string.Create(CultureInfo.InvariantCulture, $"It answers a wrong key with {status}, not 401."));
            }
        }
    }

    private async Task WarmAsync(Target target)
    {
        for (var i = 0; i < 2; i++)
        {
            await ClosedLoad.RunAsync(target.Load, target.Load.Request(1024), 32, options.IsQuick ? options.Time : TimeSpan.FromSeconds(2));
            await Task.Delay(options.IsQuick ? 50 : 400); // tier-1 code is compiled in the background
        }
    }
}
