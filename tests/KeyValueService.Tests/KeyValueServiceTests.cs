using System.Net;
using System.Net.Http.Headers;

namespace KeyValueService.Tests;

/// <summary>The service as its clients see it.</summary>
public sealed class KeyValueServiceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_ThenGetAndDelete_ShowsValueUntilItIsDeleted()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage put = await client.PutAsync("/n1/kv/greeting", new StringContent("hello"), Cancelled);
        string local = await client.GetStringAsync("/n1/kv/greeting?consistent=false", Cancelled);
        string consistent = await client.GetStringAsync("/n1/kv/greeting", Cancelled);
        HttpResponseMessage deleted = await client.DeleteAsync("/n1/kv/greeting", Cancelled);
        HttpResponseMessage after = await client.GetAsync("/n1/kv/greeting", Cancelled);

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(("hello", "hello"), (local, consistent));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
    }

    [Fact]
    public async Task Put_IfMatchNamesAnOldVersion_ChangesNothing()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;
        HttpResponseMessage first = await client.PutAsync("/n1/kv/a", new StringContent("1"), Cancelled);

        HttpResponseMessage second = await PutIfAsync(client, "2", first.Headers.ETag!);
        HttpResponseMessage third = await PutIfAsync(client, "3", first.Headers.ETag!);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, third.StatusCode);
        Assert.Equal("2", await client.GetStringAsync("/n1/kv/a", Cancelled));
    }

    /// <summary>The last key contains what looks like an encoded character, and is another one if it is decoded twice.</summary>
    [Theory]
    [InlineData("a%20b?x=1")]
    [InlineData("caf%C3%A9")]
    [InlineData("50%2541")]
    public async Task Put_ToAFollower_IsRedirectedToTheLeadersPath(string key)
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync($"/n2/kv/{key}", new StringContent("1"), Cancelled);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, answer.StatusCode);
        Assert.Equal($"/n1/kv/{key}", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Get_OnEachFollowerRightAfterAPut_IsAnsweredThereWithTheValue()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;
        await client.PutAsync("/n1/kv/greeting", new StringContent("hello"), Cancelled);

        HttpResponseMessage[] answers = await Task.WhenAll(
            client.GetAsync("/n2/kv/greeting", Cancelled), client.GetAsync("/n3/kv/greeting", Cancelled));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], answers.Select(static answer => answer.StatusCode));
        Assert.Equal(["linearizable", "linearizable"], answers.Select(ConsistencyOf));
        Assert.Equal(["hello", "hello"], await Task.WhenAll(answers.Select(static answer => answer.Content.ReadAsStringAsync(Cancelled))));
    }

    [Fact]
    public async Task Get_OnAFollowerThatIsCutOff_IsNotAnsweredWithAnOlderState()
    {
        (Service service, HttpClient client) = await Service.StartAsync(Service.ReadTimeLimit);
        await using Service _ = service;
        service.Network.Isolate("n2");
        HttpResponseMessage put = await client.PutAsync("/n1/kv/greeting", new StringContent("hello"), Cancelled);

        HttpResponseMessage answer = await client.GetAsync("/n2/kv/greeting", Cancelled);

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        AssertTryAgain(answer);
    }

    [Fact]
    public async Task Get_InconsistentOnAFollowerThatIsCutOff_IsAnsweredFromItsStateAndSaysSo()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;
        service.Network.Isolate("n2");
        await client.PutAsync("/n1/kv/greeting", new StringContent("hello"), Cancelled);

        HttpResponseMessage answer = await client.GetAsync("/n2/kv/greeting?consistent=false", Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("local; may be stale", ConsistencyOf(answer));
    }

    [Fact]
    public async Task Get_WithoutALeader_AsksToTryAgainAndSaysWhy()
    {
        (Service service, HttpClient client) = Service.StartWithoutLeader();
        await using Service _ = service;

        HttpResponseMessage answer = await client.GetAsync("/n2/kv/greeting", Cancelled);

        AssertTryAgain(answer);
        Assert.Contains("no leader", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_ValueAboveTheLimit_IsTooLarge()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync("/n1/kv/a", new StringContent(new string('x', 1 << 20)), Cancelled);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Put_WithoutALeader_AsksToTryAgainAndSaysWhy()
    {
        (Service service, HttpClient client) = Service.StartWithoutLeader();
        await using Service _ = service;

        HttpResponseMessage answer = await client.PutAsync("/n1/kv/a", new StringContent("1"), Cancelled);

        AssertTryAgain(answer);
        Assert.Contains("no leader", await answer.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithALeader_IsHealthy()
    {
        (Service service, HttpClient client) = await Service.StartAsync();
        await using Service _ = service;

        HttpResponseMessage ready = await client.GetAsync("/health", Cancelled);
        string metrics = await client.GetStringAsync("/metrics", Cancelled);

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("raft_node_term", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithoutALeader_IsUnreadyAndAlive()
    {
        (Service service, HttpClient client) = Service.StartWithoutLeader();
        await using Service _ = service;

        HttpResponseMessage ready = await client.GetAsync("/health", Cancelled);
        HttpResponseMessage alive = await client.GetAsync("/alive", Cancelled);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private static void AssertTryAgain(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
    }

    /// <summary>Which consistency an answer claims to have.</summary>
    private static string ConsistencyOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues("Raft-Read"));

    private static Task<HttpResponseMessage> PutIfAsync(HttpClient client, string value, EntityTagHeaderValue version)
    {
        HttpRequestMessage request = new(HttpMethod.Put, "/n1/kv/a") { Content = new StringContent(value) };
        request.Headers.IfMatch.Add(version);
        return client.SendAsync(request, Cancelled);
    }
}
