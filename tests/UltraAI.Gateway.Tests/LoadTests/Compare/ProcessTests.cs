using UltraAI.Gateway.Compare;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Compare.Scenarios;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests.Compare;

public sealed class ProcessTests
{
    // Above what the kernel gives out.
    private const int Nobody = 4_194_305;

    [Fact]
    public void ProcessThatRuns_HasTimeAndMemory()
    {
        int[] pids = [Environment.ProcessId];

        Assert.True(ProcessTree.CpuOf(pids) > TimeSpan.Zero);
        Assert.InRange(ProcessTree.MemoryOf(pids), 1, ProcessTree.ResidentOf(pids));
        Assert.Equal((TimeSpan.Zero, 0), (ProcessTree.CpuOf([]), ProcessTree.MemoryOf([])));
    }

    [Fact]
    public void ProcessThatHasEnded_HasNone()
    {
        int[] pids = [Environment.ProcessId, Nobody];

        Assert.Contains("4194305", Assert.Throws<CompareException>(() => ProcessTree.CpuOf(pids)).Message, StringComparison.Ordinal);
        Assert.Throws<CompareException>(() => ProcessTree.MemoryOf(pids));
        Assert.Throws<CompareException>(() => ProcessTree.ResidentOf(pids));
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(1, 0, 0, true)]
    [InlineData(0, 0, 1, true)]
    [InlineData(0, 5000, 1, false)] // the first streams are still there: no room for as many again
    public void IdleStreams_ThatFailTheSecondTime_MakeTheSampleVoid(long errorsOfFirst, long leftOpenOfFirst, long errorsOfSecond, bool isVoid)
    {
        var first = new IdleMemory.Held(Memory: 300, leftOpenOfFirst, TimeSpan.FromSeconds(1), errorsOfFirst);
        var second = new IdleMemory.Held(Memory: 330, LeftOpen: 0, TimeSpan.FromSeconds(1), errorsOfSecond);

        var sample = IdleMemory.SampleOf(streams: 5000, before: 100, first, second, after: 150);

        Assert.Equal(isVoid, sample.IsVoid);
        if (!isVoid)
        {
            Assert.Equal((errorsOfSecond == 0 ? 1.1 : double.NaN, 0.5), (sample["second_by_first"], sample["after_by_first"]));
        }
    }
}
