using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Providers.Chat;
using UltraAI.Gateway.Synthesis.Events;
using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Runs;
using UltraAI.Gateway.Synthesis.Surface;
using UltraAI.Gateway.Tests.Functional.Common;
using UltraAI.Gateway.Tests.Synthesis.Presets;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Surface;

/// <summary>To the millisecond, when a stream that has no text yet sends something.</summary>
public sealed class ChatCompletionStreamTests : IDisposable
{
    private static readonly RunEvent Unseen = new StageQuorum(RunStage.Initial, 2, 2, TimeSpan.Zero);

    private readonly Clock _time = new();
    private readonly RunEvents _events;
    private readonly Sent _sent;
    private readonly CancellationTokenSource _leaves = new();

    public ChatCompletionStreamTests()
    {
        _events = new RunEvents(_time, isHeard: true);
        _sent = new Sent(_events);
    }

    public void Dispose() => _leaves.Dispose();

    [Fact]
    public async Task Comment_ComesTenSecondsAfterTheLast_WhateverHappensInBetween()
    {
        var stream = StartAsync();
        await WaitsAsync(1);
        _time.Advance(TimeSpan.FromSeconds(15));
        await WaitsAsync(2);
        _time.Advance(TimeSpan.FromSeconds(6));
        _events.Post(Unseen);
        await WaitsAsync(3);
        _time.Advance(TimeSpan.FromMilliseconds(3_999));
        _events.Post(Unseen);
        await WaitsAsync(4);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await WaitsAsync(5);

        Assert.Equal([(15_000, ": ultra initial 0/0\n\n"), (25_000, ": ultra initial 0/0\n\n")], _sent.Pieces);
        await EndAsync(stream);
    }

    [Fact]
    public async Task Head_ComesWhenTheReviewsBegin_AndTheFirstCommentTenSecondsLater()
    {
        var stream = StartAsync();
        await WaitsAsync(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        _events.Post(Unseen);
        await WaitsAsync(2);
        _events.Post(new StageStarted(RunStage.Review, ["r.m1", "r.m2"]));
        await WaitsAsync(3);
        _time.Advance(TimeSpan.FromSeconds(10));
        await WaitsAsync(4);

        Assert.Equal([(1_000, ""), (11_000, ": ultra review 0/2\n\n")], _sent.Pieces);
        await EndAsync(stream);
    }

    private Task StartAsync()
    {
        var preset = new PresetBuilder((_, _) => { }, _ => true, _ => true).Build(
            "ultra", PresetJson.ReadPreset("""{"Members":["openai/a","google/b"],"Lead":"openai/a"}"""), "ultra")!;
        var request = new RunRequest { Chat = new ChatRequest { Model = "", Messages = [] }, Preset = preset, IsStream = true };
        var plan = new RunPlan
        {
            Id = "run",
            Request = request,
            Deadlines = RunDeadlines.Of(preset.Timeouts, null)!,
            Members = [],
            Leads = [],
            IsToolTurn = false,
            Calls = [],
            LaterInput = 0,
        };
        var context = new DefaultHttpContext { RequestAborted = _leaves.Token };
        context.Response.Body = _sent;
        var run = new StartedRun(plan, _events, new TaskCompletionSource<RunEnd>().Task);
        return new ChatCompletionStream(context, run, new ReadRequest(request) { Progress = ProgressMode.Comments }, _ => Task.CompletedTask, _time).RunAsync();
    }

    private async Task EndAsync(Task stream)
    {
        await _leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream);
    }

    // It has taken what there was, and waits again.
    private Task WaitsAsync(int times) => Eventually.TrueAsync(() => _time.Timers == times, $"the stream waits for the {times}th time");

    /// <summary>Knows how often somebody has begun to wait.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }

    /// <summary>What was sent at once, and when: milliseconds since the run's start.</summary>
    private sealed class Sent(RunEvents events) : MemoryStream
    {
        public List<(int At, string Text)> Pieces { get; } = [];

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Pieces.Add(((int)events.Elapsed.TotalMilliseconds, Encoding.UTF8.GetString(ToArray())));
            SetLength(0);
            return Task.CompletedTask;
        }
    }
}
