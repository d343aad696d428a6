using System.Globalization;
using System.Text.RegularExpressions;

namespace UltraAI.Gateway.Simulator.Hosting;

/// <summary>Failures that a model's name asks for, so that they can be reached without a script.</summary>
/// <remarks>
/// <c>flaky-429-then-ok</c> (any status): an equal request fails and succeeds by turns. <c>always-503</c>: fails. <c>hang</c>: never answers.
/// <c>stall-after-3</c>, <c>cut-after-3</c>, <c>error-after-3</c>: after so many chunks. <c>slow-200ms</c>: headers come late, <c>drip-200ms</c>: chunks do.
/// Each may be a part of a longer name.
/// </remarks>
internal sealed partial class ModelFaults
{
    private const int RememberedRequests = 10_000;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _failedOnce = [];

    public SimulatedBehaviour? Find(RecordedRequest request)
    {
        if (request.Model is not { } model || Name().Match(model) is not { Success: true } match)
        {
            return null;
        }

        var number = match.Groups["number"].Success ? int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) : 0;
        return match.Groups["kind"].Value switch
        {
            "flaky-" => IsFirst(request) ? new SimulatedBehaviour { Status = number } : null,
            "always-" => new SimulatedBehaviour { Status = number },
            "hang" => SimulatedBehaviour.Hang,
            "stall-after-" => SimulatedBehaviour.Stall(number),
            "cut-after-" => SimulatedBehaviour.Cut(number),
            "error-after-" => new SimulatedBehaviour { ErrorAfterChunks = number },
            "slow-" => new SimulatedBehaviour { DelayBeforeHeaders = TimeSpan.FromMilliseconds(number) },
            _ => new SimulatedBehaviour { ChunkDelay = TimeSpan.FromMilliseconds(number) },
        };
    }

    [GeneratedRegex("(?<kind>flaky-)(?<number>[1-9][0-9]{2})-then-ok|(?<kind>always-)(?<number>[1-9][0-9]{2})|(?<kind>(stall|cut|error)-after-)(?<number>[0-9]{1,6})|(?<kind>slow-|drip-)(?<number>[0-9]{1,6})ms|(?<kind>hang)$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private bool IsFirst(RecordedRequest request)
    {
        var identity = $"{request.RawTarget} {request.BodySha256}";
        lock (_lock)
        {
            if (_failedOnce.Remove(identity))
            {
                return false;
            }

            if (_failedOnce.Count >= RememberedRequests)
            {
                _failedOnce.Clear();
            }

            return _failedOnce.Add(identity);
        }
    }
}
