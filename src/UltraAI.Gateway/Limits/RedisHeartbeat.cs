using System.Globalization;
using StackExchange.Redis;
using UltraAI.Gateway.Storage;

namespace UltraAI.Gateway.Limits;

/// <summary>Says each second that this instance lives, and looks for Redis while it is gone.</summary>
internal sealed class RedisHeartbeat(
    RedisConnection connection, RedisAvailability availability, RedisNames names, RedisReporter reporter, RedisClock clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    // Slots are forgotten ten minutes after the last word of them (limits.lua).
    private const int BeatsPerDeclaration = 60;

    private readonly string _name = Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture)[..12];
    private string _former = "";
    private int _number;

    /// <summary>Looks for Redis once.</summary>
    /// <returns>Null if it answered in time, and an era has begun; else why not.</returns>
    public async Task<string?> ProbeAsync()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{_name}.{_number + 1}");
        var sent = clock.Now;
        try
        {
            var answer = (long[])(await connection.Database.ScriptEvaluateAsync(
                RedisScript.Instance.Text, [names.Instances], Values(id, _former, leaves: false), CommandFlags.NoScriptCache))!;

            // Run once without any limit, so that Redis knows it by its hash.
            await connection.Database.ScriptEvaluateAsync(RedisScript.Limits.Text, [names.Instances], [id, 0, 0], CommandFlags.NoScriptCache);
            if (clock.Now - sent > 2 * RedisPipeline.Patience.Ticks)
            {
                return $"no answer within {RedisPipeline.Patience.TotalMilliseconds} ms";
            }

            availability.Instances = (int)answer[0];
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            // Cancelled: the client does that to a call whose connection goes while it is being handed over.
            return fault is RedisServerException ? fault.Message : $"no connection: {RedisCalls.ReasonOf(fault)}";
        }

        _former = id;
        _number++;
        reporter.ResetAll();
        availability.Begin(new RedisEra(_number, id));
        reporter.DeclareAll();
        return null;
    }

    public async Task RunAsync(RedisPipeline pipeline, CancellationToken cancellation)
    {
        try
        {
            for (var beat = 1; ; beat++)
            {
                if (availability.Era is { } era)
                {
                    await pipeline.SendAsync(new Beat(this, era, leaves: false));
                    if (beat % BeatsPerDeclaration == 0)
                    {
                        reporter.DeclareAll();
                    }

                    await availability.LossAsync(Interval, cancellation);
                }
                else if (await ProbeAsync() is not null)
                {
                    await Task.Delay(ProbeInterval, clock.Time, cancellation);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The store stops.
        }
    }

    /// <summary>Takes this instance off the list, and with it its slots.</summary>
    public Task LeaveAsync(RedisPipeline pipeline) =>
        availability.Era is { } era ? pipeline.SendAsync(new Beat(this, era, leaves: true)) : Task.CompletedTask;

    private static RedisValue[] Values(string id, string former, bool leaves) =>
        [id, (long)RedisLimitStore.InstanceLife.TotalMicroseconds, former, leaves ? "leave" : "stay"];

    private sealed class Beat(RedisHeartbeat heartbeat, RedisEra era, bool leaves) : RedisCall(era, RedisScript.Instance)
    {
        public override RedisKey[] Keys() => [heartbeat.Names.Instances];

        public override RedisValue[] Values() => RedisHeartbeat.Values(Era.InstanceId, "", leaves);

        protected override void Answered(long[] answer, long now)
        {
            heartbeat.Availability.Instances = (int)answer[0];
            if (answer[1] == 1)
            {
                heartbeat.Reporter.DeclareAll();
            }
        }

        protected override void Abandoned()
        {
        }
    }

    private RedisNames Names => names;

    private RedisAvailability Availability => availability;

    private RedisReporter Reporter => reporter;
}
