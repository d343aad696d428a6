using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Forwarding;
using Xunit;

namespace UltraAI.Gateway.Tests.Forwarding;

public sealed class ClientBodyTests
{
    private const int MaxBodyBytes = 1000;

    [Theory]
    [InlineData(MaxBodyBytes, true, true)]
    [InlineData(MaxBodyBytes, false, true)]
    [InlineData(MaxBodyBytes + 1, true, false)]
    [InlineData(MaxBodyBytes + 1, false, false)]
    public async Task LookAsync_BodyThatHasArrived_IsWholeUpToTheLimit(int length, bool tellsLength, bool isWhole)
    {
        var body = Body(length, tellsLength);

        Assert.Null(await body.LookAsync(BodyDemand.Whole));

        Assert.Equal(isWhole, body.IsWhole);
        body.Release();
    }

    [Fact]
    public async Task LookAsync_BodiesForReplay_LeaveHalfOfTheRoomToPolicies()
    {
        var held = new HeldBodies();
        var options = new InspectionOptions { MaxBodyBytes = 2 * ClientBody.FreeBytes, MaxTotalBytes = 1000 };
        var bodies = Enumerable.Range(0, 16).Select(_ => Body(ClientBody.FreeBytes + 100, tellsLength: true, options, held)).ToList();

        foreach (var body in bodies[..10])
        {
            Assert.Null(await body.LookAsync(BodyDemand.Replay));
        }

        Assert.Equal(500, held.Bytes);
        foreach (var body in bodies[10..15])
        {
            Assert.Null(await body.LookAsync(BodyDemand.Whole));
        }

        Assert.Equal(ErrorCode.QueueFull, (await bodies[15].LookAsync(BodyDemand.Whole))?.Code);
        bodies.ForEach(body => body.Release());
        Assert.Equal(0, held.Bytes);
    }

    private static ClientBody Body(int length, bool tellsLength) =>
        Body(length, tellsLength, new InspectionOptions { MaxBodyBytes = MaxBodyBytes }, new HeldBodies());

    private static ClientBody Body(int length, bool tellsLength, InspectionOptions options, HeldBodies held)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new Arrived(length));
        context.Request.ContentLength = tellsLength ? length : null;
        return new ClientBody(context, held, options, TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    /// <summary>A body of which every byte is there before it is looked at, with its end if no length was told.</summary>
    private sealed class Arrived(int length) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(new byte[length]));
    }
}
