namespace Raft.Testing.Tests.Clusters;

/// <summary>Which exceptions a caller may get.</summary>
public sealed class ObservedCallTests
{
    private readonly List<string> _broken = [];
    private readonly ObservedCall _call;

    public ObservedCallTests() => _call = new ObservedCall("n1", _broken.Add);

    [Fact]
    public async Task DocumentedException_IsExpected()
    {
        await _call.MakeAsync("A read", static () => Task.FromException(new NodeStoppedException("It stops.")));
        await _call.MakeAsync("A read", static () => Task.FromException(new OperationCanceledException()));
        await _call.MakeAsync("A read", static () => Task.CompletedTask);

        Assert.Empty(_broken);
    }

    [Fact]
    public async Task AnyOtherException_IsReportedWithTheCall()
    {
        await _call.MakeAsync("A read", static () => throw new InvalidOperationException("Queue empty."));

        Assert.Equal(
            "Callers get documented exceptions is broken: A read on n1 ended with InvalidOperationException: Queue empty.", Assert.Single(_broken));
    }
}
