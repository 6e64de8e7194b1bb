using Microsoft.AspNetCore.Http.HttpResults;
using Raft;

namespace KeyValueService;

/// <summary>
/// Says in HTTP what a caller of Raft can be told. What matters to a client is which answers it may simply try again
/// after: a redirect and 503 mean that nothing has happened, 504 that it may have.
/// </summary>
internal sealed class RaftOutcomes(RaftNode node) : IEndpointFilter
{
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
        NotLeaderException { Leader: { } leader } when leader.Tags.TryGetValue("url", out string? url) => RedirectTo(url, context),
        CommandTooLargeException => Problem(StatusCodes.Status413PayloadTooLarge, "Too large", exception.Message),
        CommandRejectedException => Problem(StatusCodes.Status412PreconditionFailed, "Precondition failed", exception.Message),
        NotLeaderException => TryAgain(context, $"Nothing has changed, and trying again is safe. Node {node.Id}: {node.Status.Explanation}."),
        ProposalRefusedException => TryAgain(context, $"Nothing has changed, and trying again is safe. {exception.Message}"),
        OutcomeUnknownException when HttpMethods.IsGet(context.Request.Method) => TryAgain(context, "A read changes nothing, and trying again is safe."),
        OutcomeUnknownException unknown => Problem(
            StatusCodes.Status504GatewayTimeout,
            "Outcome unknown",
            $"The change may have happened, or may happen yet, or never: find out before you try again. It took effect exactly if the entry that commits at index {unknown.Index} is of term {unknown.Term}."),
        _ => Problem(StatusCodes.Status500InternalServerError, "Failed", exception.Message),
    };

    /// <summary>307 has the client repeat the request as it was, with its method and body; 302 would turn it into a GET.</summary>
    private static RedirectHttpResult RedirectTo(string url, HttpContext context)
    {
        PathString path = context.Request.Path;
        string rest = path.Value![path.Value!.IndexOf("/kv/", StringComparison.Ordinal)..];
        return TypedResults.Redirect(url + new PathString(rest) + context.Request.QueryString, permanent: false, preserveMethod: true);
    }

    private static ProblemHttpResult TryAgain(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem(StatusCodes.Status503ServiceUnavailable, "Not now", detail);
    }

    private static ProblemHttpResult Problem(int status, string title, string detail) => TypedResults.Problem(detail, title: title, statusCode: status);
}
