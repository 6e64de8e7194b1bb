namespace Raft.Storage.Files;

/// <summary>Runs work that blocks its thread. A simulation runs it as a step of its own.</summary>
internal interface IDiskThreads
{
    /// <summary>Runs <c>work.Execute()</c> soon, never within this call, and at the same time as other work.</summary>
    /// <param name="work">The work; it never throws.</param>
    void Run(IThreadPoolWorkItem work);
}
