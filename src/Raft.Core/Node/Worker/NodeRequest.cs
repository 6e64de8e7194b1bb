namespace Raft;

/// <summary>
/// A request to the node's worker other than a message or a proposal. The worker executes it after the messages of its pass.
/// </summary>
internal abstract class NodeRequest
{
    /// <summary>Carries it out, on the worker.</summary>
    public abstract void Execute();

    /// <summary>The node has ended: answers those who wait for it. Called on any thread.</summary>
    public abstract void Refuse(Exception reason);
}

/// <summary>
/// A report from work that the node itself has started. No caller waits for it, so nothing is left to do when the node has ended.
/// </summary>
internal sealed class NodeReport(Action report) : NodeRequest
{
    public override void Execute() => report();

    public override void Refuse(Exception reason)
    {
        // no caller waits for it
    }
}
