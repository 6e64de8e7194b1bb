namespace Raft;

/// <summary>
/// RequestVote and AppendEntries called as methods of the node, the paper's procedure calls. Such a request gets a correlation number
/// below zero, which no message of a transport has, so that the answer finds its way to the caller and not to the transport.
/// </summary>
internal sealed class HandlerCalls(NodeContext context)
{
    private readonly List<OpenCall> _open = []; // bounded by MaximumWaitingMessages, cancelled ones included
    private long _lastCorrelation;

    private readonly record struct OpenCall(long Correlation, PendingCaller Caller);

    /// <summary>How many calls were given to the module and have no answer yet.</summary>
    public int Count => _open.Count;

    /// <summary>Whether a message of the module answers such a call.</summary>
    public static bool IsAnswer(RaftMessage message) => message.Correlation < 0;

    /// <summary>Posts a call to the worker.</summary>
    public PostOutcome Post(RaftMessage request, PendingCaller caller) => context.Post(new HandlerCall(this, request, caller));

    /// <summary>Answers the caller of a request.</summary>
    public void Answer(RaftMessage reply)
    {
        int position = _open.FindIndex(call => call.Correlation == reply.Correlation);
        PendingCaller caller = _open[position].Caller;
        _open.RemoveAt(position);
        switch (reply)
        {
            case RequestVoteReplyMessage vote:
                Succeed(caller, new RequestVoteReply(vote.Term, vote.VoteGranted));
                break;
            case AppendEntriesReplyMessage append:
                Succeed(
                    caller,
                    new AppendEntriesReply(append.Term, append.Success, append.LastIndex, append.ConflictTerm, append.ConflictIndex));
                break;
        }
    }

    /// <summary>The life ends: fails all open calls.</summary>
    public void End(Exception reason)
    {
        foreach (OpenCall call in _open)
        {
            context.Answers.Fail(call.Caller, reason);
        }

        _open.Clear();
    }

    private void Succeed<TReply>(PendingCaller caller, TReply reply) =>
        context.Answers.Succeed(new PendingCaller<TReply>((CompletionSource<TReply>)caller.Source!, caller.Generation), reply);

    private void Call(RaftMessage request, PendingCaller caller)
    {
        if (_open.Count >= context.Settings.MaximumWaitingMessages)
        {
            context.Answers.Fail(caller, CallLimit.Exceeded(context.Settings));
            return;
        }

        long correlation = --_lastCorrelation;
        _open.Add(new OpenCall(correlation, caller));
        context.Module.Receive(request with { Correlation = correlation }, context.Now);
    }

    private sealed class HandlerCall(HandlerCalls handlers, RaftMessage request, PendingCaller caller) : NodeRequest
    {
        public override void Execute() => handlers.Call(request, caller);

        public override void Refuse(Exception reason) => caller.Fail(reason);
    }
}
