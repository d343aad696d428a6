using System.Text.Json;
using System.Text.Json.Nodes;
using UltraAI.Gateway.Synthesis.Presets;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Presets;

public sealed class PresetOptionsTests
{
    [Fact]
    public void StringsAndObjects_ReadAlike()
    {
        var preset = PresetJson.ReadPreset("""{"Members":["openai/a",{"Model":"google/b","Samples":2}],"Lead":"openai/a"}""");
        var same = PresetJson.ReadPreset("""{"members":[{"model":"openai/a"},{"MODEL":"google/b","samples":2}],"lead":{"models":["openai/a"]}}""");

        Assert.Equal(["openai/a", "google/b"], preset.Members.Select(member => member.Model));
        Assert.Equal(["openai/a"], preset.Lead!.Models);
        Assert.Equal(JsonSerializer.Serialize(same, PresetJsonContext.Default.PresetOptions), JsonSerializer.Serialize(preset, PresetJsonContext.Default.PresetOptions));
    }

    [Fact]
    public void LeftOut_HasTheDocumentedDefaults()
    {
        var preset = PresetJson.ReadPreset("""{"Members":["openai/a"],"Lead":"openai/a"}""");

        var written = JsonSerializer.SerializeToNode(preset, PresetJsonContext.Default.PresetOptions);

        var documented = JsonNode.Parse("""
            {
              "Members":[{"Id":null,"Model":"openai/a","Fallbacks":[],"Prior":0.5,"Required":false,"Samples":1}],
              "Lead":{"Models":["openai/a"],"AllowMembers":true,"OnFailure":"top_ranked"},
              "Review":{"Mode":"review_revise","Revision":"flagged","GraceMs":5000,"PriorWeight":0},
              "Quorum":null,"GraceMs":8000,"Require":"any",
              "Timeouts":{"InitialMs":60000,"ReviewMs":90000,"SynthesisMs":60000,"TotalMs":180000,"LeadReserveMs":45000,"ReviewReserveMs":20000},
              "Budget":{"MaxCostUsd":null,"DraftMaxTokens":16384,"ReviewMaxTokens":16384,"LeadMaxTokens":16384},"AllowOverrides":false
            }
            """);
        Assert.True(JsonNode.DeepEquals(documented, written), written!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"Members":[{"Model":"openai/a","Temperature":1}]}""")]
    [InlineData("""{"Lead":{"Model":"openai/a"}}""")]
    [InlineData("""{"Revue":{}}""")]
    public void UnknownProperty_IsRefused(string preset) => Assert.Throws<JsonException>(() => PresetJson.ReadPreset(preset));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"Ultra":7}""")]
    [InlineData("""{"Ultra":{"Presets":[]}}""")]
    [InlineData("""{"Ultra":{"Presets":{"a":null,"b":7,"c":{"Members":"openai/a","Lead":7},"d":{"Members":[null,7,[]],"Lead":null}}}}""")]
    public void WrongKinds_AreLeftForTheCheckOfKinds(string section)
    {
        var tree = JsonNode.Parse(section)!;

        PresetShorthand.Expand(tree);

        Assert.Equal(JsonNode.Parse(section)!.ToJsonString(), tree.ToJsonString());
    }

    [Fact]
    public void Modalities_AreTextAndImageByDefault() =>
        Assert.Equal(["text", "image"], PresetJson.Read("""{"Models":{"openai/a":{}}}""").Models["openai/a"].Modalities);
}
