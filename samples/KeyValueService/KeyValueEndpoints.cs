using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using KeyValueService.Server;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Raft;

namespace KeyValueService;

/// <summary>
/// The HTTP interface of one node. The version of a key is its ETag, so conditional requests use the usual HTTP headers.
/// <see cref="RaftOutcomes"/> handles the failures of proposals and reads.
/// </summary>
internal sealed class KeyValueEndpoints(
    RaftNode node,
    IProposer<KeyValueCommand, Answer> proposer,
    IReader<IKeyLookup> reader,
    IEnumerable<RaftMember> members,
    TimeSpan readTimeLimit)
{
    private RaftOutcomes Outcomes => new(node);

    public void Map(RouteGroupBuilder group)
    {
        RouteGroupBuilder keys = group.MapGroup("/kv/{key}").AddEndpointFilter(Outcomes);
        keys.MapPut("", PutAsync);
        keys.MapGet("", GetAsync);
        keys.MapDelete("", DeleteAsync);
        group.MapGet("/status", () => TypedResults.Ok(NodeView.Of(node.Status)));
        group.MapGet("/leader", FindLeader);
    }

    /// <summary>Redirects to the status of the leader.</summary>
    private IResult FindLeader(HttpContext context) =>
        members.FirstOrDefault(member => member.Id == node.Status.Leader?.Value) is { } leader
        && leader.Tags.TryGetValue(MemberList.UrlTag, out string? url)
            ? TypedResults.Redirect($"{url}/status")
            : Outcomes.NoLeader(context);

    private async Task<IResult> PutAsync(string key, HttpRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!TryReadCondition(request, out long? version))
        {
            return NoCondition();
        }

        Put put = new(key, await ReadTextAsync(request.BodyReader, cancellationToken), version);
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
    /// Reads on this node, whether it leads or not. The answer includes everything that was acknowledged before the request, unless the
    /// client accepts a stale answer, which needs no leader.
    /// </summary>
    private async Task<IResult> GetAsync(string key, HttpContext context, CancellationToken cancellationToken, bool consistent = true)
    {
        ReadConsistency consistency = consistent ? ReadConsistency.Linearizable : ReadConsistency.Local;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(readTimeLimit); // a read waits for a leader
        try
        {
            Answer answer = await reader.ReadAsync(store => store.Find(key), consistency, limit.Token);
            context.Response.Headers["Raft-Read"] = consistent ? "linearizable" : "local; may be stale";
            return Show(answer, context.Response);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Outcomes.NoLeader(context);
        }
    }

    /// <summary>Reads the whole body where it has arrived, without a copy in between.</summary>
    private static async ValueTask<string> ReadTextAsync(PipeReader body, CancellationToken cancellationToken)
    {
        ReadResult read = await body.ReadAsync(cancellationToken);
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(cancellationToken);
        }

        string text = Encoding.UTF8.GetString(read.Buffer);
        body.AdvanceTo(read.Buffer.End);
        return text;
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
