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

    /// <summary>All samples: scenario, target, rounds.</summary>
    public Dictionary<string, Dictionary<string, List<Sample>>> Results { get; } = [];

    public IReadOnlyCollection<string> Missing => _missing;

    public async Task RunAsync()
    {
        foreach (var scenario in ScenarioList.All.Where(scenario => options.Scenarios.Contains(scenario.Name)))
        {
            var names = await PresentAsync(scenario);
            if (names.Count > 0)
            {
                await RunAsync(scenario, names);
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
                await scenario.RunAsync(rig, options with { Time = options.Time / 2 }, _running[name]);
            }
        }

        var rounds = Math.Min(options.Rounds, scenario.MostRounds);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in Order(names, round))
            {
                var sample = scenario.RunFreshAsync is { } fresh ? await fresh(rig, options, name) : await scenario.RunAsync(rig, options, _running[name]);
                results[name].Add(sample);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {scenario.Name} {round + 1}/{rounds} {name}: {Text(sample)}"));
                await Task.Delay(200);
            }
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
        foreach (var name in scenario.Targets)
        {
            if (_missing.Contains(name) || !options.IsAsked(name))
            {
                continue;
            }

            if (!_running.ContainsKey(name))
            {
                var target = await rig.StartTargetAsync(name);
                if (target is null)
                {
                    _missing.Add(name);
                    Console.Error.WriteLine($"{name} is left out: this machine doesn't have what it needs.");
                    continue;
                }

                _running[name] = target;
                await ProbeAsync(target);
                await WarmAsync(target);
            }

            names.Add(name);
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
            throw new CompareException($"{target.Name} does not answer a call as it should; see {target.Process?.LogFile}");
        }

        if (target.Name.StartsWith(TargetNames.Gateway, StringComparison.Ordinal) || target.Name == TargetNames.NginxGuard)
        {
            var stranger = target.Load with { Key = "vk-of-nobody" };
            using var connection = new LoadConnection(stranger);
            await connection.ConnectAsync();
            if ((await connection.ExchangeAsync(stranger.Request(1024))).Status is var status and not 401)
            {
                throw new CompareException(string.Create(CultureInfo.InvariantCulture, $"{target.Name} answers a wrong key with {status}, not 401."));
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
