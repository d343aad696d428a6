using System.Globalization;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Collect;

/// <summary>The collector against a reference model of the rule. <c>ULTRAAI_SCRIPTS=10000</c> plays more scripts.</summary>
public sealed class StageModelTests
{
    private static readonly int Scripts =
        int.TryParse(Environment.GetEnvironmentVariable("ULTRAAI_SCRIPTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var scripts) ? scripts : 500;

    [Fact]
    public void RandomScripts_EndAsTheModelSays()
    {
        var ends = new HashSet<object>();
        for (var seed = 0UL; seed < (ulong)Scripts; seed++)
        {
            var script = StageScript.Random(seed);
            var expected = new StageModel(script).Run();
            var actual = StagePlayer.Play(script);
            ends.Add(expected.End);

            Assert.True(expected == actual, $"{script}\nmodel:     {expected}\ncollector: {actual}");
        }

        // The scripts are worth something only if they come to every end.
        Assert.Equal(Enum.GetValues<UltraAI.Gateway.Synthesis.Collect.StageEnd>().Length, ends.Count);
    }
}
