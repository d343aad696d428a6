using UltraAI.Gateway.Compare;
using UltraAI.Gateway.Compare.Processes;
using UltraAI.Gateway.Tests.Documentation;
using UltraAI.Gateway.Tests.Functional.Common;
using Xunit;

namespace UltraAI.Gateway.Tests.LoadTests;

[Collection(nameof(RunsAlone))]
public sealed class SoakProgramTests
{
    [Fact]
    public async Task Ending_EndsTheGatewayAndDeletesWhatWasWritten()
    {
        using var folder = new TemporaryFolder();
        await using var process = GatewayProcess.Start(
            ["--clients", "2"], new Dictionary<string, string> { ["TMPDIR"] = folder.PathOf("") }, Path.Combine(AppContext.BaseDirectory, "UltraAI.Gateway.Soak.dll"));
        await process.WaitForAsync("minutes  threads");
        var gateway = Assert.Single(ProcessTree.Of(process.Id), pid => pid != process.Id);

        await process.TerminateAsync();

        await Eventually.TrueAsync(() => !File.Exists($"/proc/{gateway}/stat") || File.ReadAllText($"/proc/{gateway}/stat").Contains(") Z ", StringComparison.Ordinal), "the gateway has ended");
        Assert.Empty(Directory.GetDirectories(folder.PathOf(""), "ultraai-soak-*"));
    }

    [Fact]
    public async Task ProcessThatEndsAtTheStart_IsSaidAtOnceWithItsLastWords()
    {
        using var folder = new TemporaryFolder();
        await using var process = StartedProcess.Start(folder.PathOf("log"), ["sh", "-c", "echo no such store >&2; exit 3"]);

        var exception = await Assert.ThrowsAsync<CompareException>(() => Ports.WaitAsync(Ports.Free(), process));

        Assert.Equal("It ended by itself: no such store", exception.Message);
    }

    [Theory]
    [InlineData("Gateway__Store__Path", true)]
    [InlineData("KESTREL__Endpoints__Http__Url", true)]
    [InlineData("Logging__LogLevel__Default", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", true)]
    [InlineData("OPENAI_API_KEY", true)]
    [InlineData("PATH", false)]
    [InlineData("DOTNET_gcServer", false)]
    public void WhatIsForThisProgram_IsNotPassedOn(string variable, bool isTakenOut) => Assert.Equal(isTakenOut, StartedProcess.IsTakenOut(variable));
}
