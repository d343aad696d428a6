using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
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

    private static ClientBody Body(int length, bool tellsLength)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new Arrived(length));
        context.Request.ContentLength = tellsLength ? length : null;
        var options = new InspectionOptions { MaxBodyBytes = MaxBodyBytes };
        return new ClientBody(context, new HeldBodies(), options, TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    /// <summary>A body of which every byte is there before it is looked at, with its end if no length was told.</summary>
    private sealed class Arrived(int length) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(new byte[length]));
    }
}
