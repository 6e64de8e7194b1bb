using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Follows the time that a clock shows through local variables and arithmetic, to see whether only observers receive it.</summary>
internal sealed class Measurement
{
    private static readonly HashSet<string> ArithmeticTypes =
    [
        "System.Diagnostics.Stopwatch", "System.TimeProvider", "System.TimeSpan", "System.DateTime", "System.DateTimeOffset", "System.Math",
        "System.Double", "System.Int64",
    ];

    private readonly Body _body;
    private readonly HashSet<ILocalSymbol> _followed = new(SymbolEqualityComparer.Default);
    private bool _isObserved;

    private Measurement(Body body) => _body = body;

    /// <summary>Whether observers see a value, and nothing else does.</summary>
    public static bool OnlyObserversSee(IOperation value, Body body)
    {
        Measurement measurement = new(body);
        return measurement.Follow(value) && measurement._isObserved;
    }

    /// <summary>Whether what uses a value only observes.</summary>
    private bool Follow(IOperation value)
    {
        if (Observation.IsWithinObserver(value))
        {
            _isObserved = true;
            return true;
        }

        IOperation part = value;
        while (part.Parent is { } user && IsArithmetic(user))
        {
            part = user;
        }

        switch (part.Parent)
        {
            case IExpressionStatementOperation:
                return true; // such as watch.Stop()
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }:
                return FollowVariable(declarator.Symbol);
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment when assignment.Value == part:
                return FollowVariable(target.Local);
            case IConditionalOperation { WhenFalse: null } condition when condition.Condition == part && OnlyObserves(condition.WhenTrue):
                _isObserved = true;
                return true;
            default:
                return false;
        }
    }

    private bool FollowVariable(ILocalSymbol variable) => !_followed.Add(variable)
        || _body.ReferencesOf(variable).All(reference => IsTarget(reference) || Follow(reference));

    private static bool IsTarget(ILocalReferenceOperation reference) =>
        reference.Parent is ISimpleAssignmentOperation assignment && assignment.Target == reference;

    /// <summary>Whether an operation only computes another value.</summary>
    private static bool IsArithmetic(IOperation operation) => operation switch
    {
        IConversionOperation or IParenthesizedOperation or IBinaryOperation or IUnaryOperation => true,
        IArgumentOperation { Parent: IInvocationOperation call } => IsArithmetic(call),
        IPropertyReferenceOperation { Property.ContainingType: { } type } => ArithmeticTypes.Contains(type.FullName()),
        IInvocationOperation { TargetMethod.ContainingType: { } type } => ArithmeticTypes.Contains(type.FullName()),
        _ => false,
    };

    private static bool OnlyObserves(IOperation statement) => statement switch
    {
        IBlockOperation block => block.Operations.All(OnlyObserves),
        IExpressionStatementOperation { Operation: IConditionalAccessOperation { WhenNotNull: IInvocationOperation call } } =>
            Observation.IsObserver(call.TargetMethod),
        IExpressionStatementOperation { Operation: IInvocationOperation call } => Observation.IsObserver(call.TargetMethod),
        _ => false,
    };
}
