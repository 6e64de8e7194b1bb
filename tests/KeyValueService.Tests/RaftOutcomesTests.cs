using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Raft;

namespace KeyValueService.Tests;

/// <summary>Outcomes that take a failing cluster to bring about, so they are brought to the translation directly.</summary>
public sealed class RaftOutcomesTests
{
    private readonly RaftOutcomes _outcomes = new(new RaftNode("n1"));

    [Fact]
    public void UnknownOutcome_OfAWrite_MayHaveHappened()
    {
        DefaultHttpContext context = ContextOf("PUT");

        IResult answer = _outcomes.Translate(new OutcomeUnknownException("Leadership was lost.", index: 7, term: 2), context);

        Assert.Equal(StatusCodes.Status504GatewayTimeout, StatusOf(answer));
        Assert.Equal(0, context.Response.Headers.RetryAfter.Count);
    }

    [Fact]
    public void NoLeader_MayBeTriedAgain_AndSaysWhatTheNodeKnows()
    {
        DefaultHttpContext context = ContextOf("GET");

        IResult answer = _outcomes.NoLeader(context);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, StatusOf(answer));
        Assert.Equal("1", context.Response.Headers.RetryAfter);
        Assert.Contains("not running", Assert.IsType<ProblemHttpResult>(answer).ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_ByAnOverloadedNode_MayBeTriedAgain()
    {
        DefaultHttpContext context = ContextOf("PUT");

        IResult answer = _outcomes.Translate(new OverloadedException("Too many wait."), context);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, StatusOf(answer));
        Assert.Equal("1", context.Response.Headers.RetryAfter);
    }

    private static DefaultHttpContext ContextOf(string method) => new() { Request = { Method = method, Path = "/n1/kv/a" } };

    private static int? StatusOf(IResult answer) => ((IStatusCodeHttpResult)answer).StatusCode;
}
