using System.Text;
using UltraAI.Gateway.Providers;
using Xunit;

namespace UltraAI.Gateway.Tests.Metering;

/// <summary>What looks like a report and is none.</summary>
public sealed class UsageDecoyTests
{
    private const string Fake = """{"prompt_tokens":7,"completion_tokens":7,"input_tokens":7,"output_tokens":7,"promptTokenCount":7,"candidatesTokenCount":7}""";

    private const string Real = """{"prompt_tokens":1,"completion_tokens":2,"input_tokens":1,"output_tokens":2,"promptTokenCount":1,"candidatesTokenCount":2}""";

    public static TheoryData<string> Decoys =>
    [
        """{"choices":[{"message":{"usage":FAKE,"usageMetadata":FAKE}}],REAL}""",
        """{"content":"{\"usage\":ESCAPED,\"usageMetadata\":ESCAPED}",REAL}""",
        """{"content":"\\\"usage\":ESCAPED\\",REAL}""",
        """{"content":"\\","arguments":"\",\"usage\":ESCAPED",REAL}""",
        """{"a":{"response":{"usage":FAKE,"usageMetadata":FAKE}},"b":{"message":{"usage":FAKE}},REAL}""",
        """{"tools":["usage",FAKE],"list":["usage","usageMetadata"],REAL}""",
        """{"tools":[{"usage":FAKE},[{"usageMetadata":FAKE}]],REAL}""",
        """{"usage":null,"usageMetadata":null,"x":FAKE,REAL}""",
        """{"usage":[FAKE],"usageMetadata":[FAKE],REAL}""",
        """{"usage":"x","usageMetadata":"x","x":FAKE,"y":{"usage":FAKE},REAL}""",
        """{"usage":12,"usageMetadata":12.5e3,"x":FAKE,REAL}""",
        """{"Usage":FAKE,"usages":FAKE,"us\u0061ge":FAKE,REAL}""",
        """{"brackets":"}]}]{[{[|","usage ":FAKE,REAL}""",
        """{REAL,"after":{"usage":FAKE,"usageMetadata":FAKE},"text":"\"usage\":ESCAPED"}""",
        """{"usage":{},"usageMetadata":{},REAL}""",
        """{REAL,"usage":{},"usageMetadata":{"note":"none"}}""",
    ];

    [Theory]
    [MemberData(nameof(Decoys))]
    public void Decoy_IsNotReported(string json)
    {
        foreach (var dialect in new[] { UsageDialect.OpenAIChat, UsageDialect.OpenAIResponses, UsageDialect.AnthropicMessages, UsageDialect.GoogleGenerateContent })
        {
            var name = dialect == UsageDialect.GoogleGenerateContent ? "usageMetadata" : "usage";
            var body = json
                .Replace("REAL", $"\"{name}\":{Real}", StringComparison.Ordinal)
                .Replace("FAKE", Fake, StringComparison.Ordinal)
                .Replace("ESCAPED", Fake.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal);
            foreach (var response in new[] { body, $"data: {body}\n\n" })
            {
                var bytes = Encoding.UTF8.GetBytes(response);
                for (var split = 0; split <= bytes.Length; split++)
                {
                    var usage = UsageSample.Read(dialect, [bytes.AsMemory(0, split), bytes.AsMemory(split)]).Usage;
                    Assert.Equal(new TokenUsage { Input = 1, Output = 2 }, usage);
                }
            }
        }
    }

    [Fact]
    public void EventField_ThatIsNoData_IsNotReported()
    {
        var stream = $": {{\"usage\":{Fake}}}\nevent: {{\"usage\":{Fake}}}\ndatas: {{\"usage\":{Fake}}}\n data: {{\"usage\":{Fake}}}\ndata:{{\"usage\":{Real}}}\n\nid: {{\"usage\":{Fake}}}\n\n";

        Assert.Equal(new TokenUsage { Input = 1, Output = 2 }, UsageSample.Read(UsageDialect.OpenAIChat, stream).Usage);
    }

    [Fact]
    public void BrokenEvent_DoesNotSpoilTheNext()
    {
        var stream = $"data: {{\"choices\":[{{\"text\":\"cut of\n\ndata: {{\"usage\":{{\"prompt_tokens\":7\n\ndata: {{\"usage\":{Real}}}\n\n";

        Assert.Equal(new TokenUsage { Input = 1, Output = 2 }, UsageSample.Read(UsageDialect.OpenAIChat, stream).Usage);
    }

    [Fact]
    public void Event_OverSeveralDataLines_IsOneJson() =>
        Assert.Equal(new TokenUsage { Input = 1, Output = 2 }, UsageSample.Read(UsageDialect.OpenAIChat, $"data: {{\"usage\":\ndata: {Real}\ndata: }}\n\n").Usage);

    [Theory]
    [InlineData("""{"prompt_tokens":-5,"completion_tokens":3}""", 0, 3)]
    [InlineData("""{"prompt_tokens":5.5,"completion_tokens":3}""", 0, 3)]
    [InlineData("""{"prompt_tokens":"5","completion_tokens":3}""", 0, 3)]
    [InlineData("""{"prompt_tokens":9007199254740993,"completion_tokens":3}""", 0, 3)]
    [InlineData("""{"prompt_tokens":99999999999999999999999999,"completion_tokens":3}""", 0, 3)]
    [InlineData("""{"prompt_tokens":null,"completion_tokens":3,"prompt_tokens_details":null}""", 0, 3)]
    [InlineData("""{"prompt_tokens":4,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":-1,"more":{"cached_tokens":9}},"x":[1,{"y":[2]}]}""", 4, 3)]
    public void Number_ThatIsNoCount_IsIgnored(string usage, long input, long output) =>
        Assert.Equal(new TokenUsage { Input = input, Output = output }, UsageSample.Read(UsageDialect.OpenAIChat, $"{{\"usage\":{usage}}}").Usage);

    [Fact]
    public void Part_LargerThanItsWhole_IsTheWhole()
    {
        var usage = UsageSample.Read(UsageDialect.OpenAIChat, """{"usage":{"prompt_tokens":4,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":9,"audio_tokens":9},"completion_tokens_details":{"reasoning_tokens":9,"audio_tokens":9}}}""").Usage;

        Assert.Equal(new TokenUsage { Input = 4, CachedInput = 4, AudioInput = 4, Output = 3, Reasoning = 3, AudioOutput = 3 }, usage);
    }
}
