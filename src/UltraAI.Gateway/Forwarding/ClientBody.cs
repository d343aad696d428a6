using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using UltraAI.Gateway.Admission;
using UltraAI.Gateway.Errors;
using UltraAI.Gateway.Transport;

namespace UltraAI.Gateway.Forwarding;

/// <summary>How much of a request's body is wanted before the call begins.</summary>
internal enum BodyDemand
{
    /// <summary>What is there already.</summary>
    WhatIsThere,

    /// <summary>The first 64 KB, which are waited for: nobody depends on it, but the model is told with the usage.</summary>
    Beginning,

    /// <summary>All of it, whose length is known and no more than <c>Gateway:Resilience:ReplayBufferBytes</c>: it may have to be sent again. Nobody is refused for it.</summary>
    Replay,

    /// <summary>All of it, up to <c>Gateway:Inspection:MaxBodyBytes</c>: a policy depends on it.</summary>
    Whole,
}

/// <summary>The body of a client's request, as far as it is looked at before the call begins. It stays in Kestrel's own memory.</summary>
internal sealed class ClientBody(HttpContext context, HeldBodies held, InspectionOptions options, TimeSpan inactivity, TimeProvider time)
{
    /// <summary>Bodies up to here are held without being counted: Kestrel has them in memory anyway.</summary>
    public const int FreeBytes = 64 * 1024;

    /// <summary>Bodies from here on are waited for, and looked at, away from the socket's thread, in bytes.</summary>
    private const int MuchBytes = 256 * 1024;

    private static readonly GatewayError NoRoom = new(
        ErrorCode.QueueFull, "Too many long requests are being looked at together (Gateway:Inspection:MaxTotalBytes).")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    private static readonly GatewayError Stalled = new(
        ErrorCode.ClientTimeout, "The client sent no more of its body for Gateway:Transport:Timeout.");

    private PipeReader? _reader;
    private ReadOnlySequence<byte> _buffer;
    private SequencePosition? _examined;
    private long _counted;
    private bool _isPending;
    private bool _isCounted;
    private bool _isLimited;

    /// <summary>What is there of it; empty if nothing was looked at.</summary>
    public ReadOnlySequence<byte> Bytes => _buffer;

    /// <summary>Whether <see cref="Bytes"/> is all of it; true also where there is none.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether the request has a body at all.</summary>
    public bool Exists { get; } = context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };

    /// <summary>Looks at the body. Complete at once where all that is wanted has arrived.</summary>
    /// <returns>Why the request can't go on; null if it can.</returns>
    public ValueTask<GatewayError?> LookAsync(BodyDemand demand)
    {
        if (!Exists)
        {
            IsWhole = true;
            return default;
        }

        _isCounted = demand is BodyDemand.Whole or BodyDemand.Replay;
        _isLimited = demand == BodyDemand.Whole;
        var request = context.Request;
        _reader = request.BodyReader;
        var length = request.ContentLength;
        if (demand == BodyDemand.WhatIsThere && (length is not (> 0 and <= FreeBytes) || request.Headers.Expect.Count > 0))
        {
            // Looking at the body would ask the client for it.
            return default;
        }

        if (_reader.TryRead(out var read))
        {
            _buffer = read.Buffer;
            _isPending = true;
            IsWhole = IsAllOfIt(read, length);
            if (!Count())
            {
                return new ValueTask<GatewayError?>(_isLimited ? NoRoom : null);
            }

            if (IsWhole)
            {
                return default;
            }
        }

        // A body that says it is too long is not read for nothing.
        return demand == BodyDemand.WhatIsThere || (demand == BodyDemand.Whole && length > options.MaxBodyBytes)
            ? default
            : new ValueTask<GatewayError?>(ReadAsync(
                _reader, demand switch { BodyDemand.Whole => options.MaxBodyBytes, BodyDemand.Replay => length!.Value, _ => FreeBytes }, length));
    }

    /// <summary>Hands the body to the call: whole if it is, else as a stream from its first byte.</summary>
    /// <param name="call">The call.</param>
    /// <param name="replacement">What is sent in place of the whole body; null: the body itself.</param>
    public void AttachTo(ProviderCall call, ReadOnlySequence<byte>? replacement)
    {
        if (!Exists)
        {
            return;
        }

        call.RequestBody = RequestBodyState.NotStarted;
        if (IsWhole)
        {
            call.WholeBody = replacement ?? _buffer;
            return;
        }

        LookAgainFromTheStart();
        call.Body = _reader;
    }

    /// <summary>Lets go of what was held. Must come before the request ends; may be called more than once.</summary>
    public void Release()
    {
        if (_isPending)
        {
            _isPending = false;
            if (IsWhole)
            {
                _reader!.AdvanceTo(_buffer.End);
            }
            else
            {
                LookAgainFromTheStart();
            }
        }

        var counted = Interlocked.Exchange(ref _counted, 0);
        if (counted > 0)
        {
            held.GiveBack(counted);
        }
    }

    private async Task<GatewayError?> ReadAsync(PipeReader reader, long most, long? length)
    {
        // It comes in pieces of a block: no timer is set for each of them.
        var clock = new CallClock(time, static () => { });
        clock.Start(inactivity);
        try
        {
            while (!IsWhole && _buffer.Length <= most && !(most == FreeBytes && _buffer.Length == most))
            {
                if (_isPending)
                {
                    _isPending = false;
                    _examined = _buffer.End;
                    reader.AdvanceTo(_buffer.Start, _buffer.End);
                }

                if (IsLong(Math.Min(length ?? 0, most)))
                {
                    // Inline (docs/decisions/0006), each further block would wake this on the socket's thread. Away from it, that one goes on
                    // receiving, and the next read finds all that has come meanwhile.
                    await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                }

                var read = await reader.ReadAsync(clock.Token);
                clock.Restart();
                _buffer = read.Buffer;
                _isPending = true;
                IsWhole = IsAllOfIt(read, length);
                if (!Count())
                {
                    return _isLimited ? NoRoom : null;
                }
            }

            if (IsLong(Math.Min(length ?? 0, most)))
            {
                // To look through megabytes takes milliseconds, for which no other connection of that thread would move.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            return null;
        }
        catch (OperationCanceledException) when (clock.HasExpired)
        {
            _buffer = default;
            return Stalled;
        }
        finally
        {
            clock.Stop();
        }
    }

    private bool IsLong(long wanted) => Math.Max(wanted, _buffer.Length) > MuchBytes;

    // A body that a policy depends on is too long at the same length however much of it has arrived by now.
    private bool IsAllOfIt(ReadResult read, long? length) =>
        (read.IsCompleted || read.Buffer.Length == length) && !(_isLimited && read.Buffer.Length > options.MaxBodyBytes);

    // Where no policy depends on the body, nobody is refused for want of room: Kestrel has it in memory anyway, and no more than that.
    // False: there is no room.
    private bool Count()
    {
        if (!_isCounted)
        {
            return true;
        }

        var more = _buffer.Length - FreeBytes - _counted;
        if (more <= 0)
        {
            return true;
        }

        if (!held.TryTake(more, options, isForReplay: !_isLimited))
        {
            return false;
        }

        _counted += more;
        return true;
    }

    // What was examined can't be taken back; there is always something behind it, or the end, so the next read returns at once.
    private void LookAgainFromTheStart()
    {
        if (_isPending)
        {
            _isPending = false;
            _reader!.AdvanceTo(_buffer.Start, _examined ?? _buffer.Start);
        }
    }
}
