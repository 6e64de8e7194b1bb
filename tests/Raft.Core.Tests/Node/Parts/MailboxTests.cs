namespace Raft.Tests.Node;

public sealed class MailboxTests
{
    private readonly Mailbox _mailbox = new(maximumMessages: 2, maximumProposals: 3);

    [Fact]
    public void Drain_TakesEverythingOnceAndInOrder()
    {
        RaftMessage first = Message(1);
        RaftMessage second = Message(2);
        Request request = new();
        _mailbox.TryPost(first);
        _mailbox.TryPost(second);
        _mailbox.TryPost(request);
        _mailbox.Post(default, out _);
        _mailbox.ReportPersisted(7);
        _mailbox.ReportPersisted(5); // reports come in any order

        MailboxBatch batch = _mailbox.Drain();

        Assert.Equal([first, second], batch.Messages);
        Assert.Equal([request], batch.Requests);
        Assert.Single(batch.Proposals);
        Assert.Equal((7L, 2), (batch.PersistedVersion, batch.CompletedWrites));
        MailboxBatch next = _mailbox.Drain();
        Assert.Equal(
            (0, 0, 0, 0L, 0),
            (next.Messages.Count, next.Requests.Count, next.Proposals.Count, next.PersistedVersion, next.CompletedWrites));
    }

    [Fact]
    public void TryPost_OfMessagesBeyondTheLimit_IsRefusedUntilTheNextDrain()
    {
        Assert.True(_mailbox.TryPost(Message(1)));
        Assert.True(_mailbox.TryPost(Message(2)));
        Assert.False(_mailbox.TryPost(Message(3)));

        _mailbox.Drain();

        Assert.True(_mailbox.TryPost(Message(4)));
    }

    [Fact]
    public void Post_AlsoCountsProposalsThatWaitBeyondTheMailbox()
    {
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
        _mailbox.Drain();
        _mailbox.SetPendingProposals(2);

        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
        Assert.Equal(PostOutcome.Full, _mailbox.Post(default, out _));

        _mailbox.Drain();
        _mailbox.SetPendingProposals(0);
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
    }

    /// <summary>The worker counts what it has taken, while others continue posting.</summary>
    [Fact]
    public void Post_DuringAPass_CountsTowardsTheLimit()
    {
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
        _mailbox.Drain();
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));

        _mailbox.SetPendingProposals(1);

        Assert.Equal(PostOutcome.Full, _mailbox.Post(default, out _));
        _mailbox.Drain();
        _mailbox.SetPendingProposals(2);
        Assert.Equal(PostOutcome.Posted, _mailbox.Post(default, out _));
    }

    [Fact]
    public void CloseForProposals_RefusesOnlyProposals()
    {
        _mailbox.Post(default, out _);
        _mailbox.CloseForProposals();

        Assert.Equal(PostOutcome.Closed, _mailbox.Post(default, out _));
        Assert.True(_mailbox.TryPost(Message(1)));
        Assert.True(_mailbox.TryPost(new Request()));
        Assert.Single(_mailbox.Drain().Proposals); // what was taken is seen
    }

    [Fact]
    public void Close_RefusesEverythingAndKeepsWhatWasTaken()
    {
        _mailbox.TryPost(new Request());
        _mailbox.Close();

        Assert.False(_mailbox.TryPost(Message(1)));
        Assert.False(_mailbox.TryPost(new Request()));
        Assert.Equal(PostOutcome.Closed, _mailbox.Post(default, out _));
        Assert.Single(_mailbox.Drain().Requests);
    }

    [Fact]
    public void ReportFailure_OfSeveral_KeepsTheFirst()
    {
        FormatException first = new();
        _mailbox.ReportFailure(first);
        _mailbox.ReportFailure(new FormatException());

        Assert.Same(first, _mailbox.Drain().Failure);
        Assert.Null(_mailbox.Drain().Failure);
    }

    private static RequestVoteMessage Message(long term) =>
        new() { From = "n2", To = "n1", Origin = Origins.Of(), Term = term, LastLogIndex = 0, LastLogTerm = 0 };

    private sealed class Request : NodeRequest
    {
        public override void Execute() => throw new NotSupportedException();

        public override void Refuse(Exception reason) => throw new NotSupportedException();
    }
}
