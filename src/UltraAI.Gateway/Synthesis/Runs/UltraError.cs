using UltraAI.Gateway.Errors;

namespace UltraAI.Gateway.Synthesis.Runs;

/// <summary>An error of /ultra, of either surface.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Code">One of the closed list of codes.</param>
/// <param name="Message">For the developer who reads it: names the thing and the fix, and holds no secret.</param>
internal sealed record UltraError(int Status, string Code, string Message)
{
    /// <summary>The path of the JSON value at fault.</summary>
    public string? Param { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether an SDK may come again by itself (<c>x-should-retry</c>).</summary>
    public bool MayRetry { get; init; }

    /// <summary>Whether a provider had worked for the request: to repeat it would cost twice.</summary>
    public bool IsAfterWork { get; init; }

    public string? RunId { get; init; }

    public string? Stage { get; init; }

    /// <summary>What became of the members; empty before a run.</summary>
    public IReadOnlyList<MemberFailure> Members { get; init; } = [];

    public string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status402PaymentRequired => "insufficient_quota",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        StatusCodes.Status500InternalServerError => "server_error",
        StatusCodes.Status502BadGateway => "upstream_error",
        StatusCodes.Status503ServiceUnavailable => "overloaded_error",
        StatusCodes.Status504GatewayTimeout => "timeout_error",
        _ => "invalid_request_error",
    };

    public static UltraError Invalid(string code, string message, string? param = null) => new(StatusCodes.Status400BadRequest, code, message) { Param = param };

    /// <summary>A run that was ended by <c>DELETE /ultra/runs/{id}</c>. No SDK repeats it.</summary>
    public static UltraError Cancelled(string runId) => new(StatusCodes.Status499ClientClosedRequest, "run_cancelled", "The run was cancelled.") { RunId = runId };

    /// <summary>An error that passthrough knows, too.</summary>
    public static UltraError Of(GatewayError error) => new(error.StatusCode, error.Name, error.Message)
    {
        RetryAfter = error.RetryAfter,
        MayRetry = error.MayRetry && error.StatusCode is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable,
    };
}

/// <summary>What became of a member, for an error.</summary>
/// <param name="Id">The member.</param>
/// <param name="Model"><c>PROVIDER/MODEL</c> of its last call.</param>
/// <param name="Code">The outcome.</param>
/// <param name="Status">The provider's status code, if it gave one.</param>
internal sealed record MemberFailure(string Id, string Model, string Code, int? Status);
