using UltraAI.Gateway.Providers.Chat;
using Xunit;

namespace UltraAI.Gateway.Tests.Providers.Chat;

public sealed class ChatResultBuilderTests
{
    private static readonly ChatFailure Timeout = new(ChatOutcome.InactivityTimeout);

    [Fact]
    public void Break_BeforeTheEnd_HasTheGivenOutcomeAndWhatHadCome()
    {
        var builder = new ChatResultBuilder(acceptsToolCalls: false);
        builder.Add(new ChatEvent(ChatEventKind.Text) { Text = "half" });

        var result = builder.Break(Timeout);

        Assert.Equal((ChatOutcome.InactivityTimeout, "half", Timeout), (result.Outcome, result.Text, result.Failure));
    }

    [Fact]
    public void Break_AfterTheTerminator_ChangesNothing()
    {
        var builder = new ChatResultBuilder(acceptsToolCalls: false);
        builder.Add(new ChatEvent(ChatEventKind.Text) { Text = "whole" });
        builder.Add(new ChatEvent(ChatEventKind.Terminator));

        Assert.Equal(ChatOutcome.Ok, builder.Break(Timeout).Outcome);
    }

    [Fact]
    public void AnswerWithoutEnd_IsStopped()
    {
        var builder = new ChatResultBuilder(acceptsToolCalls: false);
        var piece = new string('x', 1024 * 1024);
        for (var i = 0; i < 20; i++)
        {
            builder.Add(new ChatEvent(ChatEventKind.Text) { Text = piece });
        }

        Assert.True(builder.HasFailed);
        Assert.Equal(ChatOutcome.ProtocolError, builder.End().Outcome);
        Assert.InRange(builder.End().Text.Length, 1, ChatResultBuilder.MostCharacters);
    }

    [Fact]
    public void CountlessToolCalls_AreStopped()
    {
        var builder = new ChatResultBuilder(acceptsToolCalls: true);
        builder.Add(new ChatEvent(ChatEventKind.ToolCall) { Index = ChatResultBuilder.MostToolCalls });

        Assert.Equal(ChatOutcome.ProtocolError, builder.End().Outcome);
    }

    [Fact]
    public void Failed_CarriesItsFailure() => Assert.Equal((ChatOutcome.InactivityTimeout, Timeout), (ChatResult.Failed(Timeout).Outcome, ChatResult.Failed(Timeout).Failure));

    [Fact]
    public void Names_OfOutcomes_AreThoseOfTheContract() =>
        Assert.Equal(
            "ok empty refused http_error rate_limited auth not_found context_length inactivity_timeout connect_error protocol_error cancelled circuit_open unsupported_input",
            string.Join(' ', Enum.GetValues<ChatOutcome>().Select(outcome => outcome.Name())));
}
