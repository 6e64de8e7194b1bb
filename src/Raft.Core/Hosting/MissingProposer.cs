using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Raft;

/// <summary>
/// Replaces the container's "No service for type IProposer`2" by an explanation. It is registered as an open generic type, which
/// the container creates only if no node has a proposer of the requested types.
/// </summary>
internal sealed class MissingProposer<TCommand, TResult> : IProposer<TCommand, TResult>
{
    public MissingProposer(HostNodes nodes, [ServiceKey] object? key = null) =>
        throw nodes.ServiceNotAvailable(typeof(IProposer<TCommand, TResult>), key);

    public ValueTask<TResult> ProposeAsync(TCommand command, CancellationToken cancellationToken = default) =>
        throw new UnreachableException();
}
