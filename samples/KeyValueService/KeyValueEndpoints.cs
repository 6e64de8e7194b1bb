using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Raft;

namespace KeyValueService;

/// <summary>
/// The HTTP interface of one node. The version of a key is its ETag, so conditional requests use the usual HTTP headers.
/// <see cref="RaftOutcomes"/> handles the failures of proposals.
/// </summary>
internal sealed class KeyValueEndpoints(RaftNode node, IProposer<KeyValueCommand, Answer> proposer)
{
    public void Map(RouteGroupBuilder group)
    {
        RouteGroupBuilder keys = group.MapGroup("/kv/{key}").AddEndpointFilter(new RaftOutcomes(node));
        keys.MapPut("", PutAsync);
        keys.MapGet("", GetAsync);
        keys.MapDelete("", DeleteAsync);
        group.MapGet("/status", () => TypedResults.Ok(NodeView.Of(node.Status)));
    }

    private async Task<IResult> PutAsync(string key, HttpRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!TryReadCondition(request, out long? version))
        {
            return NoCondition();
        }

        using StreamReader body = new(request.Body);
        Put put = new(key, await body.ReadToEndAsync(cancellationToken), version);
        return Show(await proposer.ProposeAsync(put, cancellationToken), response);
    }

    private async Task<IResult> DeleteAsync(string key, HttpRequest request, CancellationToken cancellationToken)
    {
        if (!TryReadCondition(request, out long? version))
        {
            return NoCondition();
        }

        await proposer.ProposeAsync(new Delete(key, version), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// Reads the state of this node, which is cheap and may be stale. A consistent read proposes a command that reads, which
    /// only the leader can do, and costs as much as a write.
    /// </summary>
    private async Task<IResult> GetAsync(string key, HttpResponse response, CancellationToken cancellationToken, bool consistent = false)
    {
        Answer answer = consistent
            ? await proposer.ProposeAsync(new Get(key), cancellationToken)
            : await node.ReadAsync((KeyValueStore store) => store.Find(key), ReadConsistency.Local, cancellationToken);
        response.Headers["Raft-Read"] = consistent ? "consistent" : "local; may be stale";
        return Show(answer, response);
    }

    private static IResult Show(Answer answer, HttpResponse response)
    {
        if (answer.Entry is not { } entry)
        {
            return TypedResults.NotFound();
        }

        response.Headers.ETag = $"\"{entry.Version}\"";
        return TypedResults.Text(entry.Value);
    }

    /// <summary>
    /// Reads the condition of a request. <c>If-Match: "17"</c>: only if the key still has this version.
    /// <c>If-None-Match: *</c>: only if the key does not exist.
    /// </summary>
    private static bool TryReadCondition(HttpRequest request, out long? version)
    {
        version = null;
        StringValues match = request.Headers.IfMatch;
        StringValues noneMatch = request.Headers.IfNoneMatch;
        if (match.Count == 0 && noneMatch.Count == 0)
        {
            return true;
        }

        if (match.Count == 0 && noneMatch == "*")
        {
            version = 0;
            return true;
        }

        bool isVersion = long.TryParse(match.ToString().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        version = number;
        return isVersion && noneMatch.Count == 0;
    }

    private static ProblemHttpResult NoCondition() => TypedResults.Problem(
        "If-Match needs one version, the ETag of an earlier answer. If-None-Match needs an asterisk.",
        statusCode: StatusCodes.Status400BadRequest);
}
