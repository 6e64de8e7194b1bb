using KeyValueService.Server;
using Microsoft.AspNetCore.Http.HttpResults;
using Raft;

namespace KeyValueService;

/// <summary>
/// Translates the exceptions of Raft.Core to HTTP. The important difference for a client: after a redirect or 503 nothing has
/// changed, so it may repeat the request. After 504 the change may have happened.
/// </summary>
internal sealed class RaftOutcomes(RaftNode node) : IEndpointFilter
{
    private const string NothingChanged = "Nothing has changed, and it is safe to try again.";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RaftException exception)
        {
            return Translate(exception, context.HttpContext);
        }
    }

    public IResult Translate(RaftException exception, HttpContext context) => exception switch
    {
        NotLeaderException { Leader: { } leader } when leader.Tags.TryGetValue(MemberList.UrlTag, out string? url) =>
            RedirectTo(url, context),
        CommandTooLargeException => Problem(StatusCodes.Status413PayloadTooLarge, "Too large", exception.Message),
        CommandRejectedException => Problem(StatusCodes.Status412PreconditionFailed, "Precondition failed", exception.Message),
        NotLeaderException => NoLeader(context),
        ProposalRefusedException => TryAgain(context, $"{NothingChanged} {exception.Message}"),
        OutcomeUnknownException unknown => Problem(
            StatusCodes.Status504GatewayTimeout,
            "Outcome unknown",
            "The change may have happened, may happen later, or may never happen. Find out before you try again. "
                + $"It took effect if and only if the entry that commits at index {unknown.Index} has term {unknown.Term}."),
        _ => Problem(StatusCodes.Status500InternalServerError, "Failed", exception.Message),
    };

    /// <summary>No leader is known, or none has answered a read in time.</summary>
    public IResult NoLeader(HttpContext context) => TryAgain(context, $"{NothingChanged} Node {node.Id}: {node.Status.Explanation}.");

    /// <summary>With 307, the client repeats the request with its method and body. With 302, it would send a GET.</summary>
    private static RedirectHttpResult RedirectTo(string url, HttpContext context)
    {
        // The path is decoded, and could not be encoded again as it was: a key may contain what looks like an encoded character.
        string key = Uri.EscapeDataString((string)context.Request.RouteValues["key"]!);
        return TypedResults.Redirect($"{url}/kv/{key}{context.Request.QueryString}", permanent: false, preserveMethod: true);
    }

    private static ProblemHttpResult TryAgain(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem(StatusCodes.Status503ServiceUnavailable, "Not now", detail);
    }

    private static ProblemHttpResult Problem(int status, string title, string detail) =>
        TypedResults.Problem(detail, title: title, statusCode: status);
}
