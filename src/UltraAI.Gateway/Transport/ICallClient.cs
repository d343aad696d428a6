namespace UltraAI.Gateway.Transport;

/// <summary>Where a request's body stands. Who is waited for decides who is to blame when the clock runs out.</summary>
internal enum RequestBodyState
{
    /// <summary>There is none, or all of it has been handed on.</summary>
    Done,

    /// <summary>Nothing of it was asked for yet: not a byte of the request has been sent.</summary>
    NotStarted,

    /// <summary>The next piece is awaited from the client.</summary>
    WaitsForClient,

    /// <summary>A piece is on its way to the provider.</summary>
    WaitsForProvider,
}

/// <summary>Who was waited for when a call's clock ran out.</summary>
internal enum StalledBy
{
    /// <summary>The clock has not run out, or both sides of a WebSocket were silent.</summary>
    Nobody,

    /// <summary>A place at the origin, or a connection: nothing has been sent.</summary>
    Queue,

    /// <summary>The provider, after the request was sent.</summary>
    Provider,

    /// <summary>The client: more of its body, or its reading of the response.</summary>
    Client,
}

/// <summary>The side of a call that the response goes to.</summary>
internal interface ICallClient
{
    /// <summary>Sends status and fields on: the body's first byte is not there yet.</summary>
    Task SendHeadAsync();

    /// <summary>All of the response has arrived from the provider, and the client may still be reading; or no more of it is read.</summary>
    void ResponseArrived();

    /// <summary>Breaks the connection: the client neither reads nor sends any more.</summary>
    void Abort();
}
