using UltraAI.Gateway.Synthesis.Presets;
using UltraAI.Gateway.Synthesis.Ranking;
using UltraAI.Gateway.Synthesis.Runs;
using Xunit;

namespace UltraAI.Gateway.Tests.Synthesis.Presets;

public sealed class PresetBuilderTests
{
    private const string Members = """ "Members":["openai/a","google/b","openai/c"] """;
    private const string Lead = """ "Lead":"openai/a" """;

    private readonly List<string> _errors = [];

    [Fact]
    public void Preset_IsBuilt()
    {
        var preset = Build("""
            {"Members":[{"Id":"x","Model":"openai/org/a","Fallbacks":["google/b"],"Prior":0.9,"Required":true},"google/b",{"Model":"google/c","Samples":2},{"Id":"y","Model":"openai/d","Samples":2}],
             "Lead":{"Models":["google/b"],"AllowMembers":false,"OnFailure":"fail"},
             "Review":{"Mode":"review","Revision":"never","GraceMs":1},"Quorum":4,"GraceMs":2,"Require":"full","Timeouts":{"InitialMs":5000}}
            """)!;

        Assert.Empty(_errors);
        Assert.Equal(["x", "m2", "m3", "m4", "y-1", "y-2"], preset.Members.Select(member => member.Id));
        Assert.Equal(["openai/org/a", "google/b", "google/c", "google/c", "openai/d", "openai/d"], preset.Members.Select(member => member.Model.ToString()));
        Assert.Equal([(0, 1), (0, 1), (0, 2), (1, 2), (0, 2), (1, 2)], preset.Members.Select(member => (member.Sample, member.Samples)));
        Assert.Equal(("openai", "org/a", 0.9, true), (preset.Members[0].Model.Provider, preset.Members[0].Model.Model, preset.Members[0].Prior, preset.Members[0].Required));
        Assert.Equal((false, false), (preset.Lead.AllowMembers, preset.Lead.FallsBackToTopDraft));
        Assert.Equal((ReviewMode.Review, RevisionMode.Never, RequireMode.Full), (preset.ReviewMode, preset.RevisionMode, preset.Require));
        Assert.Equal((2, 1, 5000), ((int)preset.Grace.TotalMilliseconds, (int)preset.ReviewGrace.TotalMilliseconds, (int)preset.Timeouts.Initial.TotalMilliseconds));
        Assert.Equal(4, preset.QuorumOf(6));
        Assert.Equal(["openai/org/a", "google/b", "google/c", "openai/d"], preset.Models.Select(model => model.ToString()));
    }

    [Fact]
    public void DefaultTimes_AreThoseOfTheRunsTimes()
    {
        var preset = Build($$"""{ {{Members}}, {{Lead}} }""")!;

        Assert.Equal(new StageTimeouts(), preset.Timeouts);
        Assert.Equal((2, 3), (preset.QuorumOf(3), preset.QuorumOf(4)));
    }

    [Theory]
    [InlineData($$"""{ {{Lead}} }""", "Members: a panel has 2 to 8 members, samples counted; this one has 0.")]
    [InlineData($$"""{ "Members":["openai/a"], {{Lead}} }""", "Members: a panel has 2 to 8 members, samples counted; this one has 1.")]
    [InlineData($$"""{ "Members":["openai/a",{"Model":"openai/b","Samples":8}], {{Lead}} }""", "Members: a panel has 2 to 8 members, samples counted; this one has 9.")]
    [InlineData($$"""{ "Members":["openai/a","nobody/b"], {{Lead}} }""", "Members:1:Model: there is no provider 'nobody' under Gateway:Providers.")]
    [InlineData($$"""{ "Members":["openai/a",{"Model":"openai/b","Fallbacks":["openai/c","nobody/d"]}], {{Lead}} }""", "Members:1:Fallbacks:1: there is no provider 'nobody' under Gateway:Providers.")]
    [InlineData($$"""{ "Members":["openai/a","gpt"], {{Lead}} }""", "Members:1:Model: 'gpt' is not PROVIDER/MODEL, such as \"openai/gpt-5.5\".")]
    [InlineData($$"""{ "Members":["openai/a","openai/"], {{Lead}} }""", "Members:1:Model: 'openai/' is not PROVIDER/MODEL, such as \"openai/gpt-5.5\".")]
    [InlineData($$"""{ "Members":["openai/a",{}], {{Lead}} }""", "Members:1:Model: is missing: PROVIDER/MODEL, such as \"openai/gpt-5.5\".")]
    [InlineData($$"""{ "Members":["openai/a","ultra/fast"], {{Lead}} }""", "Members:1:Model: 'ultra/fast' is a preset; a panel is made of models, not of panels.")]
    [InlineData($$"""{ "Members":[{"Id":"m2","Model":"openai/a"},"openai/b"], {{Lead}} }""", "Members:1:Id: 'm2' is the id of another member.")]
    [InlineData($$"""{ "Members":[{"Id":"a b","Model":"openai/a"},"openai/b"], {{Lead}} }""", "Members:0:Id: an id has 1 to 32 of the characters A-Z, a-z, 0-9, '_' and '-'.")]
    [InlineData($$"""{ "Members":[{"Model":"openai/a","Prior":1.5},"openai/b"], {{Lead}} }""", "Members:0:Prior: is 1.5; it must be between 0 and 1.")]
    [InlineData($$"""{ "Members":[{"Model":"openai/a","Samples":0},"openai/b","openai/c"], {{Lead}} }""", "Members:0:Samples: is 0; it must be between 1 and 8.")]
    [InlineData($$"""{ {{Members}} }""", "Lead: is missing: name the model that writes the answer, such as \"openai/gpt-5.5\".")]
    [InlineData($$"""{ {{Members}}, "Lead":{"Models":[]} }""", "Lead: is missing: name the model that writes the answer, such as \"openai/gpt-5.5\".")]
    [InlineData($$"""{ {{Members}}, "Lead":"ultra/ultra" }""", "Lead:Models:0: 'ultra/ultra' is a preset; a panel is made of models, not of panels.")]
    [InlineData($$"""{ {{Members}}, "Lead":{"Models":["openai/a"],"OnFailure":"panic"} }""", "Lead:OnFailure: is 'panic'; it must be one of top_ranked, fail.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Quorum":4 }""", "Quorum: is 4; it must be between 1 and 3.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Quorum":0 }""", "Quorum: is 0; it must be between 1 and 3.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "GraceMs":-1 }""", "GraceMs: is -1; it must be between 0 and 600000.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Require":"most" }""", "Require: is 'most'; it must be one of any, quorum, full.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Review":{"Mode":"on"} }""", "Review:Mode: is 'on'; it must be one of off, review, review_revise.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Review":{"Revision":"maybe"} }""", "Review:Revision: is 'maybe'; it must be one of flagged, always, never.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Review":{"PriorWeight":0.31} }""", "Review:PriorWeight: is 0.31; it must be between 0 and 0.3.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Timeouts":{"ReviewMs":0} }""", "Timeouts:ReviewMs: is 0; it must be between 1 and 3600000.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Timeouts":{"TotalMs":65000} }""", "Timeouts: LeadReserveMs 45000 and ReviewReserveMs 20000 leave nothing of TotalMs 65000 for the drafts.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Budget":{"DraftMaxTokens":0} }""", "Budget:DraftMaxTokens: is 0; it must be between 1 and 1000000.")]
    [InlineData($$"""{ {{Members}}, {{Lead}}, "Budget":{"MaxCostUsd":0} }""", "Budget:MaxCostUsd: is 0; it must be more than 0. Leave it out for no limit.")]
    [InlineData($$"""{ "Members":["openai/a","openai/unpriced"], {{Lead}}, "Budget":{"MaxCostUsd":1} }""", "Budget:MaxCostUsd: needs prices; Gateway:Prices has none for openai/unpriced.")]
    public void Fault_IsNamedWithItsPath(string preset, string error)
    {
        Assert.Null(Build(preset));

        Assert.Equal("Gateway:Ultra:Presets:ultra:" + error, Assert.Single(_errors));
    }

    [Fact]
    public void Faults_AreFoundAllAtOnce()
    {
        Build("""{ "Members":["x"], "Quorum":9, "Require":"?" }""");

        Assert.Equal(5, _errors.Count);
    }

    [Fact]
    public void NamesOfPresets_AreChecked()
    {
        var preset = PresetJson.ReadPreset($$"""{ {{Members}}, {{Lead}} }""");

        var presets = Builder().BuildAll(new Dictionary<string, PresetOptions> { ["good.1"] = preset, ["not good"] = preset });

        Assert.Contains("good.1", presets.Keys);
        Assert.StartsWith("Gateway:Ultra:Presets:not good: ", Assert.Single(_errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Anthropic,OpenAI,Google,HuggingFace", 4, "Anthropic")]
    [InlineData("Google,OpenAI", 2, "OpenAI")]
    [InlineData("Google", 3, "Google")]
    public void BuiltIn_IsMadeOfWhatThereIs_AndBuilds(string kinds, int members, string lead)
    {
        var providers = kinds.Split(',').Select(kind => (kind.ToLowerInvariant(), kind)).ToArray();

        var presets = new PresetBuilder(AddError, name => providers.Any(provider => provider.Item1 == name), _ => false).BuildAll(BuiltInPresets.Create(providers));

        Assert.Empty(_errors);
        Assert.Equal(["ultra", "ultra-fast", "ultra-self"], presets.Keys.Order());
        Assert.Equal(members, presets["ultra"].Members.Count);
        Assert.Equal(lead.ToLowerInvariant(), presets["ultra"].Lead.Models[0].Provider);
        Assert.Equal(ReviewMode.Off, presets["ultra-fast"].ReviewMode);
        Assert.Equal(3, presets["ultra-self"].Members.Count);
        Assert.Single(presets["ultra-self"].Members.Select(member => member.Model).Distinct());
    }

    [Fact]
    public void BuiltIn_WithoutKnownProviders_IsEmpty() => Assert.Empty(BuiltInPresets.Create([("mine", "Mistral")]));

    [Fact]
    public void BuiltIn_NamesOneModelOfEachPublicKind() => Assert.Equal(
        UltraAI.Gateway.Providers.ProviderKinds.All.Where(kind => kind.DefaultBaseUrl is not null).Select(kind => kind.Name).Order(),
        CurrentModels.All.Select(current => current.Kind).Order());

    private Preset? Build(string preset) => Builder().Build("ultra", PresetJson.ReadPreset(preset), "Gateway:Ultra:Presets:ultra");

    private PresetBuilder Builder() => new(AddError, name => name is "openai" or "google", model => model.Model != "unpriced");

    private void AddError(string path, string message) => _errors.Add($"{path}: {message}");
}
