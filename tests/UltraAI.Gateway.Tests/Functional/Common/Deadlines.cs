using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>Bounds on waiting. They end a test that hangs; no test measures by them.</summary>
internal static class Deadlines
{
    /// <summary>The longest that a single step (a read, a write, a condition) may take.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    /// <summary>Cancels a step that takes longer than <see cref="Step"/>, or when the test run is stopped.</summary>
    public static CancellationTokenSource StepCancellation()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Step);
        return source;
    }
}
