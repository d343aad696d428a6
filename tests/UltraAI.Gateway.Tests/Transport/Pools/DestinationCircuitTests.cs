using Microsoft.Extensions.Time.Testing;
using UltraAI.Gateway.Transport.Pools;
using Xunit;

namespace UltraAI.Gateway.Tests.Transport.Pools;

/// <summary>When a destination is left alone, and when it is asked again (CONTRACT §3).</summary>
public sealed class DestinationCircuitTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DestinationCircuit _circuit;

    public DestinationCircuitTests() => _circuit = new DestinationCircuit(_time);

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(0, 20, true)]
    [InlineData(11, 10, false)]
    [InlineData(0, 19, false)]
    [InlineData(500, 499, false)]
    [InlineData(500, 500, true)]
    public void Opens_WhenHalfOfAtLeastTwentyAttemptsFailed(int works, int fails, bool opens)
    {
        Count(works, AttemptVerdict.Works);
        Count(fails, AttemptVerdict.Fails);

        Assert.Equal(opens ? CircuitState.Open : CircuitState.Closed, _circuit.State);
        Assert.Equal(!opens, _circuit.TryEnter(out _));
    }

    [Fact]
    public void FailuresOfMoreThanTenSecondsAgo_DontCount()
    {
        Count(19, AttemptVerdict.Fails);
        _time.Advance(TimeSpan.FromSeconds(12));
        Count(19, AttemptVerdict.Fails);

        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public void ClientsThatLeave_SayNothing()
    {
        Count(1000, AttemptVerdict.Nothing);
        Count(19, AttemptVerdict.Fails);
        Assert.Equal(CircuitState.Closed, _circuit.State);

        Assert.True(_circuit.Count(AttemptVerdict.Fails, isProbe: false));
        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    [Fact]
    public void AfterFifteenSeconds_OneAttemptASecondIsLetThrough()
    {
        Count(20, AttemptVerdict.Fails);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(14.9));
        Assert.False(_circuit.Allows);
        Assert.False(_circuit.TryEnter(out _));

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
        Assert.True(_circuit.Allows);
        Assert.True(_circuit.TryEnter(out var isProbe) && isProbe);
        Assert.False(_circuit.Allows);
        Assert.False(_circuit.TryEnter(out _));

        // The client of the first one leaves; the next one is asked.
        Assert.False(_circuit.Count(AttemptVerdict.Nothing, isProbe: true));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_circuit.TryEnter(out isProbe) && isProbe);
        Assert.True(_circuit.Count(AttemptVerdict.Works, isProbe: true));
        Assert.Equal(CircuitState.Closed, _circuit.State);
        Assert.True(_circuit.TryEnter(out isProbe) && !isProbe);
    }

    [Fact]
    public void ProbeThatFails_OpensItForFifteenSecondsMore()
    {
        Count(20, AttemptVerdict.Fails);
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(_circuit.TryEnter(out var isProbe));

        Assert.False(_circuit.Count(AttemptVerdict.Fails, isProbe));

        Assert.Equal(CircuitState.Open, _circuit.State);
        Assert.Equal(TimeSpan.FromSeconds(15), _circuit.RetryAfter);
    }

    [Fact]
    public void AttemptsThatWereOnTheirWayWhenItOpened_ChangeNothing()
    {
        Count(20, AttemptVerdict.Fails);
        _time.Advance(TimeSpan.FromSeconds(16));

        Assert.False(_circuit.Count(AttemptVerdict.Works, isProbe: false));
        Assert.False(_circuit.Count(AttemptVerdict.Fails, isProbe: false));

        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
    }

    [Fact]
    public void AfterItHasClosed_TheOldFailuresAreForgotten()
    {
        Count(20, AttemptVerdict.Fails);
        _time.Advance(TimeSpan.FromSeconds(15));
        _circuit.TryEnter(out _);
        _circuit.Count(AttemptVerdict.Works, isProbe: true);

        Count(18, AttemptVerdict.Fails);

        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void ClockThatIsSet_ChangesNothing(int hours)
    {
        var time = new SetTime(_time);
        var circuit = new DestinationCircuit(time);
        for (var i = 0; i < DestinationCircuit.LeastAttempts; i++)
        {
            circuit.Count(AttemptVerdict.Fails, isProbe: false);
        }

        time.SetBy(TimeSpan.FromHours(hours));
        Assert.False(circuit.TryEnter(out _));
        _time.Advance(DestinationCircuit.OpenFor);
        Assert.True(circuit.TryEnter(out var isProbe) && isProbe);

        Assert.True(circuit.Count(AttemptVerdict.Works, isProbe));
        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void ClockThatIsSetBack_LeavesOldFailuresOld()
    {
        var time = new SetTime(_time);
        var circuit = new DestinationCircuit(time);
        for (var i = 0; i < DestinationCircuit.LeastAttempts - 1; i++)
        {
            circuit.Count(AttemptVerdict.Fails, isProbe: false);
        }

        time.SetBy(TimeSpan.FromHours(-1));
        _time.Advance(DestinationCircuit.Window * 2);
        circuit.Count(AttemptVerdict.Fails, isProbe: false);

        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void Counting_AllocatesNothing()
    {
        Assert.InRange(Allocations.Of(() => Count(10_000, AttemptVerdict.Works)), 0, 10_000);
    }

    private void Count(int times, AttemptVerdict verdict)
    {
        for (var i = 0; i < times; i++)
        {
            _circuit.Count(verdict, isProbe: false);
        }
    }

    /// <summary>Time whose date is set by hand, while its timestamps go on as before.</summary>
    private sealed class SetTime(TimeProvider time) : TimeProvider
    {
        private TimeSpan _offset;

        public override long TimestampFrequency => time.TimestampFrequency;

        public void SetBy(TimeSpan offset) => _offset = offset;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + _offset;

        public override long GetTimestamp() => time.GetTimestamp();
    }
}
