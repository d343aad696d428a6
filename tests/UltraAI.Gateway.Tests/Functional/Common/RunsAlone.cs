using Xunit;

namespace UltraAI.Gateway.Tests.Functional.Common;

/// <summary>For tests that watch what the whole process holds or exports.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
