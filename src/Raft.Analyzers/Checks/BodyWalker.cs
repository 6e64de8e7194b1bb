using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Raft.Analyzers.StateMachines;

namespace Raft.Analyzers.Checks;

/// <summary>Visits each operation of a body once, and asks the checks about it.</summary>
internal sealed class BodyWalker(Body body) : OperationWalker
{
    public override void VisitInvocation(IInvocationOperation operation)
    {
        if (Observation.IsObserver(operation.TargetMethod))
        {
            return;
        }

        NoteCall(operation.TargetMethod, operation.Instance);
        MemberTable.Check(body, operation, operation.TargetMethod);
        RandomChecks.Check(body, operation);
        OwnNodeChecks.Check(body, operation);
        CultureChecks.Check(body, operation);
        SortChecks.Check(body, operation);
        HashOrderChecks.Check(body, operation);
        HashCodeChecks.Check(body, operation);
        WaitChecks.Check(body, operation);
        SharingChecks.Check(body, operation);
        base.VisitInvocation(operation);
    }

    public override void VisitObjectCreation(IObjectCreationOperation operation)
    {
        if (operation.Constructor is { } constructor)
        {
            NoteCall(constructor, instance: null);
            MemberTable.Check(body, operation, constructor);
        }

        RandomChecks.Check(body, operation);
        SortChecks.Check(body, operation);
        HashOrderChecks.Check(body, operation);
        bool isException = body.Known.IsException(operation.Type);
        body.Exceptions += isException ? 1 : 0;
        base.VisitObjectCreation(operation);
        body.Exceptions -= isException ? 1 : 0;
    }

    public override void VisitPropertyReference(IPropertyReferenceOperation operation)
    {
        NoteAccessors(operation);

        if (OwnField.BackingField(operation.Property) is { } field)
        {
            NoteField(operation, field, operation.Property, operation.Instance);
        }

        MemberTable.Check(body, operation, operation.Property);
        CultureChecks.Check(body, operation);
        SortChecks.Check(body, operation);
        WaitChecks.Check(body, operation);
        base.VisitPropertyReference(operation);
    }

    public override void VisitFieldReference(IFieldReferenceOperation operation)
    {
        NoteField(operation, operation.Field, operation.Field, operation.Instance);
        CultureChecks.Check(body, operation);
        SortChecks.Check(body, operation);
        base.VisitFieldReference(operation);
    }

    public override void VisitParameterReference(IParameterReferenceOperation operation)
    {
        if (OwnField.IsCaptured(operation.Parameter))
        {
            NoteOwnField(operation, operation.Parameter.OriginalDefinition);
        }

        base.VisitParameterReference(operation);
    }

    public override void VisitMethodReference(IMethodReferenceOperation operation)
    {
        NoteCall(operation.Method, operation.Instance);
        MemberTable.Check(body, operation, operation.Method);
        CultureChecks.Check(body, operation);
        base.VisitMethodReference(operation);
    }

    public override void VisitInstanceReference(IInstanceReferenceOperation operation)
    {
        if (OwnField.IsOwnInstance(operation) && IsHandedOut(operation))
        {
            body.Facts.HandsOutItself = true;
        }

        base.VisitInstanceReference(operation);
    }

    public override void VisitBinaryOperator(IBinaryOperation operation)
    {
        NoteOperator(operation.OperatorMethod);
        CultureChecks.Check(body, operation);
        base.VisitBinaryOperator(operation);
    }

    public override void VisitUnaryOperator(IUnaryOperation operation)
    {
        NoteOperator(operation.OperatorMethod);
        base.VisitUnaryOperator(operation);
    }

    public override void VisitCompoundAssignment(ICompoundAssignmentOperation operation)
    {
        NoteOperator(operation.OperatorMethod);
        CultureChecks.Check(body, operation);
        base.VisitCompoundAssignment(operation);
    }

    public override void VisitIncrementOrDecrement(IIncrementOrDecrementOperation operation)
    {
        NoteOperator(operation.OperatorMethod);
        base.VisitIncrementOrDecrement(operation);
    }

    public override void VisitConversion(IConversionOperation operation)
    {
        NoteOperator(operation.OperatorMethod);
        base.VisitConversion(operation);
    }

    public override void VisitInterpolatedString(IInterpolatedStringOperation operation)
    {
        CultureChecks.Check(body, operation);
        base.VisitInterpolatedString(operation);
    }

    public override void VisitCollectionExpression(ICollectionExpressionOperation operation)
    {
        HashOrderChecks.Check(body, operation);
        SortChecks.Check(body, operation);
        base.VisitCollectionExpression(operation);
    }

    public override void VisitUsing(IUsingOperation operation)
    {
        foreach (IMethodSymbol method in HiddenCalls.Of(operation))
        {
            NoteCall(method, instance: null);
        }

        base.VisitUsing(operation);
    }

    public override void VisitUsingDeclaration(IUsingDeclarationOperation operation)
    {
        foreach (IMethodSymbol method in HiddenCalls.Of(operation))
        {
            NoteCall(method, instance: null);
        }

        base.VisitUsingDeclaration(operation);
    }

    public override void VisitForEachLoop(IForEachLoopOperation operation)
    {
        foreach (IMethodSymbol method in HiddenCalls.Of(operation))
        {
            NoteCall(method, instance: null);
        }

        LoopChecks.Check(body, operation);
        base.VisitForEachLoop(operation);
    }

    public override void VisitReturn(IReturnOperation operation)
    {
        SharingChecks.Check(body, operation);
        base.VisitReturn(operation);
    }

    public override void VisitThrow(IThrowOperation operation)
    {
        body.Exceptions++;
        base.VisitThrow(operation);
        body.Exceptions--;
    }

    public override void VisitCatchClause(ICatchClauseOperation operation)
    {
        CatchChecks.Check(body, operation);
        base.VisitCatchClause(operation);
    }

    public override void VisitAnonymousFunction(IAnonymousFunctionOperation operation)
    {
        AsyncVoidChecks.Check(body, operation.Symbol, operation, "The lambda");
        base.VisitAnonymousFunction(operation);
    }

    public override void VisitLocalFunction(ILocalFunctionOperation operation)
    {
        AsyncVoidChecks.Check(body, operation.Symbol, operation, operation.Symbol.Name);
        base.VisitLocalFunction(operation);
    }

    public override void VisitNameOf(INameOfOperation operation)
    {
        // It names, and uses nothing.
    }

    private void NoteOperator(IMethodSymbol? method)
    {
        if (method is not null)
        {
            NoteCall(method, instance: null);
        }
    }

    /// <summary>What is assigned is not read, except by a compound assignment. A reference that is returned is read first.</summary>
    private void NoteAccessors(IPropertyReferenceOperation operation)
    {
        IPropertySymbol property = operation.Property;
        bool isAssigned = FieldUsage.IsAssigned(operation);
        if (isAssigned && property.SetMethod is { } setter)
        {
            NoteCall(setter, operation.Instance);
        }

        bool isOnlyAssigned = isAssigned && property.SetMethod is not null
            && operation.Parent is ISimpleAssignmentOperation or ITupleOperation;
        if (!isOnlyAssigned && property.GetMethod is { } getter)
        {
            NoteCall(getter, operation.Instance);
        }
    }

    private void NoteCall(IMethodSymbol method, IOperation? instance)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction)
        {
            return; // a part of this body
        }

        bool isOwn = OwnField.IsOwnInstance(instance) && !method.IsStatic;
        if (body.Known.IsOfProject(method))
        {
            body.Facts.Calls.Add(new MethodFacts.Call(method, isOwn && !IsBase(instance!)));
            AsyncVoidChecks.CheckCall(body, method);
        }
        else if (isOwn)
        {
            body.Facts.HandsOutItself |= !SymbolEqualityComparer.Default.Equals(method.ContainingType, body.Known.TypedStateMachine)
                && method.ContainingType.SpecialType != SpecialType.System_Object;
            body.Facts.HandsOutItself |= method.Name == "MemberwiseClone";
        }
    }

    private void NoteField(IOperation reference, IFieldSymbol field, ISymbol named, IOperation? instance)
    {
        StaticStateChecks.Check(body, reference, field, named);
        field = field.OriginalDefinition;
        if (!body.Known.IsOfProject(field))
        {
            return;
        }

        body.Facts.Fields.Add(field);
        if (OwnField.IsOwnInstance(instance))
        {
            NoteOwnField(reference, field);
        }
    }

    private void NoteOwnField(IOperation reference, ISymbol field)
    {
        FieldUse use = FieldUsage.Of(reference, body.Known, out IMethodSymbol? call);
        body.Facts.OwnFields.Add(new MethodFacts.OwnUse(field, use, call));
    }

    private static bool IsBase(IOperation instance) => instance.Syntax is Microsoft.CodeAnalysis.CSharp.Syntax.BaseExpressionSyntax;

    /// <summary>Whether the instance itself is used, and not one of its members.</summary>
    private static bool IsHandedOut(IInstanceReferenceOperation operation)
    {
        IOperation? user = operation.Parent;
        while (user is IConversionOperation)
        {
            user = user.Parent;
        }

        return user is not (IMemberReferenceOperation or IInvocationOperation) || user is IArgumentOperation;
    }
}
