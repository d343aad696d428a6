namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>The stages of a run.</summary>
internal enum RunStage
{
    Initial,

    Review,

    Synthesis,
}

/// <summary>The words for <see cref="RunStage"/>.</summary>
internal static class RunStageNames
{
    public static string Name(this RunStage stage) => stage switch
    {
        RunStage.Initial => "initial",
        RunStage.Review => "review",
        _ => "synthesis",
    };
}
